package org.anvildb.table;

import org.anvildb.bytes.Bytes;

/**
 * The layout of a block, as it is in memory: on disk the same, or compressed ({@link LeanBlock}).
 *
 * <pre>
 *   0  entry count                                      4
 *   4  prefix length: what all keys of the block share  2
 *   6  flags: bit 0 wide offsets, bits 1-4 size of a sequence delta (0, 1, 2, 4, 8)
 *   7  zero                                             1
 *   8  smallest sequence                                8, only if deltas have a size
 *      prefix bytes beyond those of PrefixSteps
 *      heads: the 4 bytes of each key behind the prefix, big-endian, zeros behind a shorter key
 *      offset of each entry from the start of the block 2, or 4 if wide
 *      sequence deltas
 *      entries (EntryFormat), in the order of their keys, versions of a key newest first
 * </pre>
 *
 * A search compares heads and reads an entry only where these are equal.
 */
final class BlockFormat {
  static final int COUNT = 0;
  static final int PREFIX_LENGTH = 4;
  static final int FLAGS = 6;
  static final int HEADER_BYTES = 8;

  static final int HEAD_BYTES = 4;
  static final int WIDE_OFFSETS = 1;
  static final int SEQUENCE_SHIFT = 1;

  /**
   * How many prefix bytes a block repeats at most; keys that share more are told apart by reading
   * entries.
   */
  static final int MAX_OWN_PREFIX_BYTES = 256;

  private BlockFormat() {}

  /** Returns the size of a sequence delta that holds numbers up to one. */
  static int sequenceBytes(long largestDelta) {
    if (largestDelta >>> 8 == 0) {
      return 1;
    }
    if (largestDelta >>> 16 == 0) {
      return 2;
    }
    return largestDelta >>> 32 == 0 ? 4 : 8;
  }

  /** Returns the size of the offset of an entry. */
  static int offsetBytes(boolean wide) {
    return wide ? Integer.BYTES : Short.BYTES;
  }

  /** Returns the size of heads and offsets together. */
  static int leftOut(int count, boolean wide) {
    return count * (HEAD_BYTES + offsetBytes(wide));
  }

  /**
   * Writes the head of an entry.
   *
   * @param key where the key is, from one index to another, without the prefix
   */
  static void putHead(byte[] block, int headsAt, int i, byte[] key, int from, int end) {
    int head = (int) (Bytes.head(key, from, end) >>> Integer.SIZE);
    Bytes.putInt(block, headsAt + HEAD_BYTES * i, Integer.reverseBytes(head));
  }

  /** Writes the offset of an entry. */
  static void putOffset(byte[] block, int offsetsAt, int i, int offset, boolean wide) {
    int at = offsetsAt + i * offsetBytes(wide);
    block[at] = (byte) offset;
    block[at + 1] = (byte) (offset >>> 8);
    if (wide) {
      block[at + 2] = (byte) (offset >>> 16);
      block[at + 3] = (byte) (offset >>> 24);
    }
  }

  /** Tells whether a size of a sequence delta, as found in flags, exists. */
  static boolean isSequenceBytes(int bytes) {
    return bytes <= 8 && Integer.bitCount(bytes) <= 1;
  }
}
