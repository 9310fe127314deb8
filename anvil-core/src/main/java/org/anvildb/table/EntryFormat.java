package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Varint;

/**
 * The layout of an entry in a block.
 *
 * <pre>
 *  +--------------------------+-------------------------------------+------------+-------+
 *  | varint key suffix length | varint value length * 2 + tombstone | key suffix | value |
 *  +--------------------------+-------------------------------------+------------+-------+
 * </pre>
 *
 * The key's first bytes, as many as {@link PrefixSteps} tells for the block, are those of the
 * table's smallest key and not stored. An entry can be read without knowing its block.
 *
 * <p>A decoded header is one long: bits 0-32 the value length * 2 + tombstone, 33-49 the suffix
 * length, 50-53 the size of the header.
 */
final class EntryFormat {
  /** The most bytes that the two numbers take. */
  static final int MAX_HEADER_BYTES = 2 * Varint.MAX_INT_BYTES;

  /** What a reader may read beyond an entry: behind every block lie so many bytes of memory. */
  static final int SLACK_BYTES = 8;

  private EntryFormat() {}

  /**
   * Decodes the header of an entry; returns -1 if it is malformed, or the entry does not end before
   * {@code end}. The memory must reach {@link #SLACK_BYTES} beyond {@code end}.
   */
  static long header(MemorySegment memory, long at, long end) {
    long w = memory.get(Bytes.LE_LONG, at);
    long header;
    if ((w & 0x8080) == 0) {
      header = 2L << 50 | (w & 0x7f) << 33 | w >>> 8 & 0x7f;
    } else if ((w & 0x80_8080) == 0x8000) {
      header = 3L << 50 | (w & 0x7f) << 33 | w >>> 9 & 0x3f80 | w >>> 8 & 0x7f;
    } else {
      header = longHeader(memory, at, end);
      if (header < 0) {
        return -1;
      }
    }
    return at + bytes(header) + suffixLength(header) + valueLength(header) <= end ? header : -1;
  }

  /**
   * As {@link #header(MemorySegment, long, long)}, from an array; -1 also if a number is longer
   * than it has to be, as such would be read differently there.
   */
  static long header(byte[] block, int at, int end) {
    long suffixLength = Varint.get(block, at, end);
    int second = at + Varint.size(suffixLength);
    long header = header(suffixLength, Varint.get(block, second, end));
    boolean isSound =
        header >= 0
            && block[second - 1] >= 0
            && block[at + bytes(header) - 1] >= 0
            && at + bytes(header) + suffixLength(header) + (long) valueLength(header) <= end;
    return isSound ? header : -1;
  }

  private static long longHeader(MemorySegment memory, long at, long end) {
    long suffixLength = Varint.get(memory, at, end);
    return header(suffixLength, Varint.get(memory, at + Varint.size(suffixLength), end));
  }

  /** Puts two numbers together; -1 if one is negative or too large. */
  private static long header(long suffixLength, long value) {
    if (suffixLength < 0 || suffixLength > 0xffff || value < 0 || value > 0xffff_ffffL) {
      return -1;
    }
    return (long) (Varint.size(suffixLength) + Varint.size(value)) << 50
        | suffixLength << 33
        | value;
  }

  /** Returns the size of the header itself. */
  static int bytes(long header) {
    return (int) (header >>> 50);
  }

  static int suffixLength(long header) {
    return (int) (header >>> 33) & 0x1ffff;
  }

  static int valueLength(long header) {
    return (int) (header >>> 1);
  }

  static boolean tombstone(long header) {
    return (header & 1) != 0;
  }

  /**
   * Tells whether a key ends with a suffix of an entry; that both are as long as that takes is
   * checked before. The last bytes are compared 8 at once, reaching back into what precedes the
   * suffix: the caller has checked that 8 bytes of memory precede it.
   */
  static boolean suffixEquals(
      MemorySegment memory, long suffix, int suffixLength, byte[] key, int keyLength) {
    int from = keyLength - suffixLength;
    int i = 0;
    for (; i <= suffixLength - Long.BYTES; i += Long.BYTES) {
      if (Bytes.getLong(key, from + i) != memory.get(Bytes.LE_LONG, suffix + i)) {
        return false;
      }
    }
    int rest = suffixLength - i;
    if (rest == 0) {
      return true;
    }
    if (keyLength < Long.BYTES) {
      return Bytes.equal(key, from + i, memory, suffix + i, rest);
    }
    long difference =
        Bytes.getLong(key, keyLength - Long.BYTES)
            ^ memory.get(Bytes.LE_LONG, suffix + suffixLength - Long.BYTES);
    return difference >>> (Long.BYTES - rest) * 8 == 0;
  }
}
