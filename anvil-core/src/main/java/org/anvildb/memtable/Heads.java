package org.anvildb.memtable;

import org.anvildb.bytes.Bytes;

/**
 * Searching in sorted heads, which compare as unsigned numbers, and comparing prefixes that are
 * kept as heads, 8 bytes each.
 */
final class Heads {
  /** How many heads a node has room for; unused ones are {@link #UNUSED}. */
  static final int CAPACITY = 64;

  /** Not less than any head. */
  static final long UNUSED = -1;

  private static final int LINE = 8;

  private Heads() {}

  /**
   * Returns how many of a node's heads are less than one. It looks at one head of each cache line
   * and then at the line in question, without a branch on what it finds: the waits for memory
   * overlap, where those of a binary search would follow each other, and nothing is mispredicted.
   */
  static int countLess(long[] words, int from, long head) {
    long lines = 0;
    for (int i = LINE - 1; i < CAPACITY; i += LINE) {
      lines += less(words[from + i], head);
    }
    int line = (int) Math.min(lines, CAPACITY / LINE - 1) * LINE;
    long count = line;
    for (int i = 0; i < LINE; i++) {
      count += less(words[from + line + i], head);
    }
    return (int) count;
  }

  /** Returns 1 if one number is less than another, else 0. */
  private static long less(long a, long b) {
    return ((~a & b) | ((~a | b) & (a - b))) >>> 63;
  }

  /** Returns the end of the run of heads that equal one, which starts at an index. */
  static int runEnd(long[] words, int from, int end, long head) {
    int at = from;
    while (at < end && words[at] == head) {
      at++;
    }
    return at;
  }

  /** Returns how many words a prefix takes. */
  static int prefixWords(int prefixLength) {
    return (prefixLength + Long.BYTES - 1) / Long.BYTES;
  }

  /** Cuts a head of a string at an index to what belongs to the string's prefix. */
  static long cut(long head, int index, int prefixLength) {
    int surplus = Math.max(0, index + Long.BYTES - prefixLength);
    return head >>> (Byte.SIZE * surplus) << (Byte.SIZE * surplus);
  }

  /**
   * Compares a key, up to the length of a prefix, with the prefix, whose words start at an index; a
   * shorter key counts as padded with zeros.
   */
  static int comparePrefix(byte[] key, int length, long[] words, int from, int prefixLength) {
    for (int i = 0; i < prefixLength; i += Long.BYTES) {
      long x = cut(Bytes.head(key, i, length), i, prefixLength);
      long y = words[from + (i >>> 3)];
      if (x != y) {
        return Long.compareUnsigned(x, y);
      }
    }
    return 0;
  }

  /** Returns how long a prefix serves a node that holds one key only: all but the last 8 bytes. */
  static int loneKeyPrefix(int keyLength) {
    return Math.max(0, keyLength - Long.BYTES);
  }
}
