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
      ordinal = -1;
      table.load(block, this);
      ordinal = block;
    }
  }

  /** Takes the bytes of a block, and checks and notes its layout. */
  void set(MemorySegment memory, long start, long end, long fileOffset, int tablePrefix) {
    this.memory = memory;
    this.start = start;
    this.end = end;
    this.fileOffset = fileOffset;
    this.tablePrefix = tablePrefix;
    if (end - start < BlockFormat.HEADER_BYTES) {
      throw corrupt("is too short");
    }
    count = memory.get(Bytes.LE_INT, start + BlockFormat.COUNT);
    prefix = memory.get(Bytes.LE_SHORT, start + BlockFormat.PREFIX_LENGTH) & 0xffff;
    int flags = memory.get(ValueLayout.JAVA_BYTE, start + BlockFormat.FLAGS) & 0xff;
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

  /** Returns where an entry starts; its header is still to be checked. */
  long entry(int i) {
    long at =
        wide
            ? start + Integer.toUnsignedLong(memory.get(Bytes.LE_INT, offsetsAt + 4L * i))
            : start + (memory.get(Bytes.LE_SHORT, offsetsAt + 2L * i) & 0xffff);
    if (at < entriesAt || at >= end) {
      throw corrupt("has an entry outside of it");
    }
    return at;
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
          case 4 -> Integer.toUnsignedLong(memory.get(Bytes.LE_INT, at));
          default -> memory.get(Bytes.LE_LONG, at);
        };
  }

  /** Returns the first entry whose key is not less than a key; {@link #count} if there is none. */
  int lowerBound(byte[] key, int keyLength) {
    int order = comparePrefix(key, keyLength);
    if (order != 0) {
      return order < 0 ? 0 : count;
    }
    int head = (int) (Bytes.head(key, prefix, keyLength) >>> 32) + Integer.MIN_VALUE;
    int low = firstHead(head, 0, false);
    if (low == count || head(low) != head) {
      return low;
    }
    int high = low + 1 == count || head(low + 1) != head ? low + 1 : firstHead(head, low, true);
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

  /** Returns the first entry from one on whose head is greater than, or at least, a head. */
  private int firstHead(int head, int from, boolean greater) {
    int low = from;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      int other = head(middle);
      if (other < head || greater && other == head) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the head of an entry, such that signed comparison orders. */
  private int head(int i) {
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
