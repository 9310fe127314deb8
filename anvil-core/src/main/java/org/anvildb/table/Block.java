package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;

/**
 * A view of one block ({@link BlockFormat}) of a table, in the mapping or restored on the heap; can
 * be set on one block after the other. Not thread-safe.
 */
final class Block {
  /** How many bytes of entries a seek touches: nine entries of 16 and 100 bytes. */
  static final int AHEAD_BYTES = 1024;

  /** How many bytes are touched at most before large entries are read backwards. */
  private static final int BACKWARDS_BYTES = 16 << 10;

  private final Table table;
  private final byte[] smallest;

  private int ordinal = -1;
  private long fileOffset;

  /** Where the block's bytes are; the fields below are offsets in it. */
  MemorySegment memory = MemorySegment.NULL;

  /** How many entries the block has. */
  int count;

  /** Where the block ends. */
  long end;

  /** How many bytes of each key are not stored: they are those of the smallest key. */
  int tablePrefix;

  private int prefix;
  private long start;
  private long ownPrefixAt;
  private long headsAt;
  private long offsetsAt;
  private boolean wide;
  private long sequencesAt;
  private int sequenceBytes;
  private long smallestSequence;
  private long entriesAt;

  /** Takes what {@link #touch} reads, so that the reads are not left out. */
  private long touched;

  Block(Table table) {
    this.table = table;
    this.smallest = table.meta().smallest();
  }

  int ordinal() {
    return ordinal;
  }

  /** Returns where the block is in the file. */
  long fileOffset() {
    return fileOffset;
  }

  /** Returns where the block starts in {@link #memory}. */
  long start() {
    return start;
  }

  /** Sets the view on a block of the table. */
  void open(int block) {
    if (block != ordinal) {
      load(block);
      readHeader();
      ordinal = block;
    }
  }

  /**
   * Sets the view on a block that will be searched. The lines of its header, heads and offsets are
   * touched first: the waits for memory overlap, where those of the search would follow each other.
   */
  void openToSearch(int block) {
    if (block != ordinal) {
      load(block);
      touch(start, start + table.searchBytes());
      readHeader();
      ordinal = block;
    }
  }

  /**
   * Sets the view on a block that will be read from its end. Where entries are large, its last
   * lines are touched first: the processor fetches ahead what is read upwards, and the start of the
   * entry before is too far below.
   */
  void openToReadBackwards(int block) {
    if (block != ordinal) {
      load(block);
      if (table.hasLargeEntries()) {
        touch(Math.max(start, end - BACKWARDS_BYTES), end);
      }
      readHeader();
      ordinal = block;
    }
  }

  private void load(int block) {
    ordinal = -1;
    table.load(block, this);
  }

  /** Takes the bytes of a block. */
  void set(MemorySegment memory, long start, long end, long fileOffset, int tablePrefix) {
    this.memory = memory;
    this.start = start;
    this.end = end;
    this.fileOffset = fileOffset;
    this.tablePrefix = tablePrefix;
  }

  /** Checks and notes the layout. */
  private void readHeader() {
    if (end - start < BlockFormat.HEADER_BYTES) {
      throw corrupt("is too short");
    }
    // As one number: see Bytes.unsignedInt.
    long header = memory.get(Bytes.LE_LONG, start);
    count = (int) (header >>> Byte.SIZE * BlockFormat.COUNT);
    prefix = (int) (header >>> Byte.SIZE * BlockFormat.PREFIX_LENGTH) & 0xffff;
    int flags = (int) (header >>> Byte.SIZE * BlockFormat.FLAGS) & 0xff;
    wide = (flags & BlockFormat.WIDE_OFFSETS) != 0;
    sequenceBytes = flags >>> BlockFormat.SEQUENCE_SHIFT;
    ownPrefixAt = start + BlockFormat.HEADER_BYTES + (sequenceBytes > 0 ? Long.BYTES : 0);
    headsAt = ownPrefixAt + prefix - tablePrefix;
    offsetsAt = headsAt + (long) BlockFormat.HEAD_BYTES * count;
    sequencesAt = offsetsAt + (wide ? 4L : 2L) * count;
    entriesAt = sequencesAt + (long) sequenceBytes * count;
    if (count <= 0
        || prefix < tablePrefix
        || !BlockFormat.isSequenceBytes(sequenceBytes)
        || entriesAt >= end) {
      throw corrupt("has a header that contradicts itself");
    }
    smallestSequence =
        sequenceBytes > 0 ? memory.get(Bytes.LE_LONG, start + BlockFormat.HEADER_BYTES) : 0;
  }

  /** Reads a number from each line of a part of the block, so that they are in the cache soon. */
  private void touch(long from, long to) {
    long last = Math.min(to, end - Long.BYTES);
    long sum = 0;
    for (long at = from; at <= last; at += TableFormat.LINE_BYTES) {
      sum += memory.get(Bytes.LE_LONG, at);
    }
    touched = sum;
  }

  /** Touches the entries from one on. */
  private void touchFrom(int i) {
    long entry = entry(i);
    touch(entry, entry + AHEAD_BYTES);
  }

  /** Touches the entries up to and with one. */
  private void touchUpTo(int i) {
    long entry = entry(i);
    touch(Math.max(entriesAt, entry - AHEAD_BYTES), entry);
  }

  /** Returns where an entry starts; its header is still to be checked. */
  long entry(int i) {
    long at =
        wide
            ? start + Bytes.unsignedInt(memory, offsetsAt + 4L * i)
            : start + (memory.get(Bytes.LE_SHORT, offsetsAt + 2L * i) & 0xffff);
    if (at < entriesAt || at >= end) {
      throw corrupt("has an entry outside of it");
    }
    return at;
  }

  /**
   * Checks that an entry starts where the one before it ended: if entries could overlap, a small
   * file could hold any number of large ones.
   *
   * @param end where entry i - 1 ended; not looked at for the first entry
   */
  void checkFollows(int i, long entry, long end) {
    if (entry != (i == 0 ? entriesAt : end)) {
      throw corrupt("has entries that overlap or leave gaps");
    }
  }

  /** Returns the decoded header of the entry at an offset. */
  long header(long entry) {
    long header = EntryFormat.header(memory, entry, end);
    if (header < 0) {
      throw corrupt("has a malformed entry");
    }
    return header;
  }

  /** Returns the sequence number of an entry. */
  long sequence(int i) {
    if (sequenceBytes == 0) {
      return 0;
    }
    long at = sequencesAt + (long) sequenceBytes * i;
    return smallestSequence
        + switch (sequenceBytes) {
          case 1 -> memory.get(ValueLayout.JAVA_BYTE, at) & 0xff;
          case 2 -> memory.get(Bytes.LE_SHORT, at) & 0xffff;
          case 4 -> Bytes.unsignedInt(memory, at);
          default -> memory.get(Bytes.LE_LONG, at);
        };
  }

  /** Returns the first entry whose key is not less than a key; {@link #count} if there is none. */
  int lowerBound(byte[] key, int keyLength) {
    int order = comparePrefix(key, keyLength);
    return order == 0 ? behindPrefix(key, keyLength, firstByHead(key, keyLength)) : end(order);
  }

  /** As {@link #lowerBound}, among the entries from one on; quick if all of them are less. */
  int lowerBoundFrom(int from, byte[] key, int keyLength) {
    int order = comparePrefix(key, keyLength);
    if (order != 0) {
      return order < 0 ? from : count;
    }
    long head = searchHead(key, keyLength);
    return head(count - 1) < head ? count : behindPrefix(key, keyLength, firstHead(head, from));
  }

  /** As {@link #lowerBound}, for who is to read on from there: touches the entries that follow. */
  int seekCeiling(byte[] key, int keyLength) {
    int order = comparePrefix(key, keyLength);
    if (order != 0) {
      return end(order);
    }
    int first = firstByHead(key, keyLength);
    if (first < count) {
      touchFrom(first);
    }
    return behindPrefix(key, keyLength, first);
  }

  /** As {@link #lowerBound}, for who is to read backwards: touches the entries before. */
  int seekLower(byte[] key, int keyLength) {
    int order = comparePrefix(key, keyLength);
    if (order != 0) {
      return end(order);
    }
    int first = firstByHead(key, keyLength);
    touchUpTo(Math.min(first, count - 1));
    return behindPrefix(key, keyLength, first);
  }

  private int end(int order) {
    return order < 0 ? 0 : count;
  }

  /** Returns the first entry whose head is at least that of a key, which has the prefix. */
  private int firstByHead(byte[] key, int keyLength) {
    return firstHead(searchHead(key, keyLength), 0);
  }

  private int searchHead(byte[] key, int keyLength) {
    return (int) (Bytes.head(key, prefix, keyLength) >>> 32) + Integer.MIN_VALUE;
  }

  /** Goes on from the first entry whose head is not less to the first whose key is not less. */
  private int behindPrefix(byte[] key, int keyLength, int first) {
    long head = searchHead(key, keyLength);
    int low = first;
    if (low == count || head(low) != head) {
      return low;
    }
    int high = low + 1 == count || head(low + 1) != head ? low + 1 : firstHead(head + 1, low);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compareBehindPrefix(key, keyLength, middle) > 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Returns the first entry from one on whose head is at least a bound. No branch depends on a
   * head: the processor would guess every other one wrong.
   */
  private int firstHead(long bound, int from) {
    int low = from;
    int size = count - from;
    while (size > 0) {
      int half = (size + 1) >>> 1;
      int less = (int) (head(low + half - 1) - bound >> Long.SIZE - 1);
      low += half & less;
      size = size - half & less | half - 1 & ~less;
    }
    return low;
  }

  /** Returns the head of an entry, such that signed comparison orders. */
  private long head(int i) {
    return memory.get(TableFormat.BE_INT, headsAt + (long) BlockFormat.HEAD_BYTES * i)
        + Integer.MIN_VALUE;
  }

  /** Compares a key's first bytes with the prefix of the block. */
  private int comparePrefix(byte[] key, int keyLength) {
    int shared = Math.min(keyLength, tablePrefix);
    int order = Arrays.compareUnsigned(key, 0, shared, smallest, 0, tablePrefix);
    if (order != 0) {
      return order;
    }
    int own = Math.min(keyLength, prefix) - tablePrefix;
    order = Bytes.compare(key, tablePrefix, own, memory, ownPrefixAt, own);
    return order != 0 ? order : Math.min(0, keyLength - prefix);
  }

  private int compareBehindPrefix(byte[] key, int keyLength, int i) {
    long entry = entry(i);
    long header = header(entry);
    int own = prefix - tablePrefix;
    int suffixLength = EntryFormat.suffixLength(header);
    if (suffixLength < own) {
      throw corrupt("has a key that is shorter than the prefix");
    }
    long suffix = entry + EntryFormat.bytes(header);
    return Bytes.compare(key, prefix, keyLength - prefix, memory, suffix + own, suffixLength - own);
  }

  /** Tells whether the key of an entry equals a key. */
  boolean keyEquals(int i, byte[] key, int keyLength) {
    long entry = entry(i);
    long header = header(entry);
    int suffixLength = EntryFormat.suffixLength(header);
    return suffixLength == keyLength - tablePrefix
        && Bytes.equal(key, tablePrefix, memory, entry + EntryFormat.bytes(header), suffixLength)
        && Arrays.equals(key, 0, tablePrefix, smallest, 0, tablePrefix);
  }

  /** Tells whether a search for the key of an entry comes to it or to a newer version. */
  boolean finds(byte[] key, int i) {
    int found = lowerBound(key, key.length);
    return found <= i && keyEquals(found, key, key.length);
  }

  CorruptionException corrupt(String problem) {
    return new CorruptionException(
        table.meta().fileName(), fileOffset, "the block here " + problem + "; " + Pages.ADVICE);
  }
}
