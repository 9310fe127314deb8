package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Varint;

/**
 * Gathers the entries of one block, then lays out what precedes them. Used again for the next
 * block. Not thread-safe.
 *
 * <p>Entries are encoded as they come, without the first {@code prefix} bytes of their keys; when
 * it turns out that fewer are shared, which happens a few times per table, they are encoded anew.
 */
final class BlockBuilder {
  private byte[] entries = new byte[16 << 10];
  private int entriesLength;
  private int count;
  private int[] offsets = new int[128];
  private long[] sequences = new long[128];
  private long[] hashes = new long[128];
  private boolean[] newest = new boolean[128];

  private byte[] firstKey = new byte[64];
  private int firstKeyLength;
  private int shared;
  private int prefix;

  private byte[] header = new byte[2 << 10];
  private int headerLength;
  private int headsAt;
  private int sequencesAt;

  int count() {
    return count;
  }

  byte[] firstKey() {
    return firstKey;
  }

  int firstKeyLength() {
    return firstKeyLength;
  }

  /** Returns about how large the block would be. */
  long estimatedBytes() {
    return BlockFormat.HEADER_BYTES + entriesLength + 6L * count;
  }

  /** Returns how many bytes of each key are not stored. */
  int prefix() {
    return prefix;
  }

  /** Empties the builder. */
  void clear() {
    count = 0;
    entriesLength = 0;
  }

  /**
   * Adds an entry, all but the bytes of its value.
   *
   * @param sharedWithPrevious how many bytes the key shares with the one before
   * @param tablePrefix how many it shares with the smallest of the table; never more than before
   */
  void add(
      byte[] key,
      int keyLength,
      int sharedWithPrevious,
      int tablePrefix,
      boolean tombstone,
      long sequence,
      int valueLength) {
    if (count == 0) {
      start(key, keyLength, tablePrefix);
    } else {
      shared = Math.min(shared, sharedWithPrevious);
      if (tablePrefix < prefix) {
        lengthenSuffixes(tablePrefix);
      }
      if (count == offsets.length) {
        growArrays();
      }
    }
    offsets[count] = entriesLength;
    sequences[count] = sequence;
    newest[count] = false;
    count++;
    int suffixLength = keyLength - prefix;
    reserve(EntryFormat.MAX_HEADER_BYTES + suffixLength);
    int at = Varint.put(entries, entriesLength, suffixLength);
    at = Varint.put(entries, at, (long) valueLength << 1 | (tombstone ? 1 : 0));
    System.arraycopy(key, prefix, entries, at, suffixLength);
    entriesLength = at + suffixLength;
  }

  /** Adds the value of the last entry. */
  void addValue(MemorySegment value, long offset, int length) {
    reserve(length);
    MemorySegment.copy(value, ValueLayout.JAVA_BYTE, offset, entries, entriesLength, length);
    entriesLength += length;
  }

  /** Notes that the last entry is the newest version of its key, which has this hash. */
  void markNewest(long hash) {
    hashes[count - 1] = hash;
    newest[count - 1] = true;
  }

  private void start(byte[] key, int keyLength, int tablePrefix) {
    if (firstKey.length < keyLength) {
      firstKey = new byte[keyLength + keyLength / 2];
    }
    System.arraycopy(key, 0, firstKey, 0, keyLength);
    firstKeyLength = keyLength;
    shared = keyLength;
    prefix = tablePrefix;
  }

  /** Lays out the header and the arrays; returns their size, which is where entries start. */
  int layOut() {
    int own = count == 1 ? 0 : Math.min(shared - prefix, BlockFormat.MAX_OWN_PREFIX_BYTES);
    long smallest = Long.MAX_VALUE;
    long largest = 0;
    for (int i = 0; i < count; i++) {
      smallest = Math.min(smallest, sequences[i]);
      largest = Math.max(largest, sequences[i]);
    }
    int sequenceBytes = largest == 0 ? 0 : BlockFormat.sequenceBytes(largest - smallest);
    int narrow =
        BlockFormat.HEADER_BYTES
            + (sequenceBytes > 0 ? Long.BYTES : 0)
            + own
            + count * (BlockFormat.HEAD_BYTES + 2 + sequenceBytes);
    boolean wide = narrow + offsets[count - 1] > 0xffff;
    headerLength = wide ? narrow + 2 * count : narrow;
    if (header.length < headerLength + Long.BYTES) {
      header = new byte[headerLength + headerLength / 2 + Long.BYTES];
    }
    Bytes.putInt(header, BlockFormat.COUNT, count);
    int flags = (wide ? BlockFormat.WIDE_OFFSETS : 0) | sequenceBytes << BlockFormat.SEQUENCE_SHIFT;
    Bytes.putInt(header, BlockFormat.PREFIX_LENGTH, prefix + own | flags << 16);
    int at = BlockFormat.HEADER_BYTES;
    if (sequenceBytes > 0) {
      Bytes.putLong(header, at, smallest);
      at += Long.BYTES;
    }
    System.arraycopy(firstKey, prefix, header, at, own);
    headsAt = at + own;
    at = putHeads(headsAt, own);
    at = putOffsets(at, wide);
    sequencesAt = at;
    putSequences(at, sequenceBytes, smallest);
    return headerLength;
  }

  private int putHeads(int start, int own) {
    for (int i = 0; i < count; i++) {
      int suffixLength = (int) Varint.get(entries, offsets[i], entriesLength);
      int suffix = suffixAt(i, suffixLength);
      BlockFormat.putHead(header, start, i, entries, suffix + own, suffix + suffixLength);
    }
    return start + count * BlockFormat.HEAD_BYTES;
  }

  private int suffixAt(int i, int suffixLength) {
    int at = offsets[i] + Varint.size(suffixLength);
    return at + Varint.size(Varint.get(entries, at, entriesLength));
  }

  private int putOffsets(int start, boolean wide) {
    for (int i = 0; i < count; i++) {
      BlockFormat.putOffset(header, start, i, headerLength + offsets[i], wide);
    }
    return start + count * BlockFormat.offsetBytes(wide);
  }

  private void putSequences(int start, int sequenceBytes, long smallest) {
    int at = start;
    for (int i = 0; i < count && sequenceBytes > 0; i++) {
      Bytes.putLong(header, at, sequences[i] - smallest);
      at += sequenceBytes;
    }
  }

  byte[] header() {
    return header;
  }

  /** Returns where the heads start in the header; the offsets follow. */
  int headsAt() {
    return headsAt;
  }

  /** Returns where the sequence deltas start in the header. */
  int sequencesAt() {
    return sequencesAt;
  }

  byte[] entries() {
    return entries;
  }

  int entriesLength() {
    return entriesLength;
  }

  boolean isNewest(int i) {
    return newest[i];
  }

  long hash(int i) {
    return hashes[i];
  }

  /** Returns where an entry starts, from the start of the block. */
  int offset(int i) {
    return headerLength + offsets[i];
  }

  /** Encodes all entries again, with more bytes of their keys. */
  private void lengthenSuffixes(int tablePrefix) {
    byte[] old = entries;
    int oldLength = entriesLength;
    int more = prefix - tablePrefix;
    entries = new byte[oldLength + count * (more + 2) + (16 << 10)];
    entriesLength = 0;
    for (int i = 0; i < count; i++) {
      int from = offsets[i];
      int end = i + 1 < count ? offsets[i + 1] : oldLength;
      int suffixLength = (int) Varint.get(old, from, end);
      from += Varint.size(suffixLength);
      int valueFieldSize = Varint.size(Varint.get(old, from, end));
      offsets[i] = entriesLength;
      int at = Varint.put(entries, entriesLength, suffixLength + more);
      System.arraycopy(old, from, entries, at, valueFieldSize);
      at += valueFieldSize;
      from += valueFieldSize;
      System.arraycopy(firstKey, tablePrefix, entries, at, more);
      System.arraycopy(old, from, entries, at + more, end - from);
      entriesLength = at + more + end - from;
    }
    prefix = tablePrefix;
  }

  private void reserve(int more) {
    if (entries.length - entriesLength < more) {
      entries = Arrays.copyOf(entries, Math.max(2 * entries.length, entriesLength + more));
    }
  }

  private void growArrays() {
    int length = 2 * count;
    offsets = Arrays.copyOf(offsets, length);
    sequences = Arrays.copyOf(sequences, length);
    hashes = Arrays.copyOf(hashes, length);
    newest = Arrays.copyOf(newest, length);
  }
}
