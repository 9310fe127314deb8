package org.anvildb.memtable;

import java.util.Arrays;

/**
 * The older versions of the keys of a {@link KeyTree}, chained from newest to oldest.
 *
 * <p>A <em>payload</em> stands for a version of a key: the offset of its operation, divided by 8,
 * in the low half; in the high half the number under which the payload of the next older version is
 * kept here, or 0 if there is none.
 *
 * <p>One writer. Payloads are never changed, and a number is published by the leaf that holds it,
 * so that readers need no more than the leaf's validation.
 */
final class VersionChains {
  private static final int CHUNK_BITS = 9;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final long LOW = 0xffff_ffffL;

  private long[][] chunks = new long[1][];
  private int count;

  /** Returns the payload of an operation that is its key's first. */
  static long payload(long operation) {
    return operation >>> 3;
  }

  /** Returns the payload of an operation, linked to the older version with a number. */
  static long payload(long operation, int older) {
    return (long) older << 32 | operation >>> 3;
  }

  /** Returns the operation of a payload. */
  static long operation(long payload) {
    return (payload & LOW) << 3;
  }

  /** Returns the number of the next older version, or 0. */
  static int older(long payload) {
    return (int) (payload >>> 32);
  }

  /** Keeps a payload; returns its number. */
  int add(long payload) {
    int index = count >>> CHUNK_BITS;
    if (index == chunks.length) {
      chunks = Arrays.copyOf(chunks, 2 * index);
    }
    if ((count & (CHUNK - 1)) == 0) {
      chunks[index] = new long[CHUNK];
    }
    chunks[index][count & (CHUNK - 1)] = payload;
    return ++count;
  }

  /** Returns the payload with a number. */
  long get(int number) {
    int index = number - 1;
    return chunks[index >>> CHUNK_BITS][index & (CHUNK - 1)];
  }

  /** Returns the newest operation before a limit, or -1. */
  long newest(long payload, long limit) {
    long at = payload;
    while (operation(at) >= limit) {
      int older = older(at);
      if (older == 0) {
        return -1;
      }
      at = get(older);
    }
    return operation(at);
  }

  long heapBytes() {
    return 4L * chunks.length + (count + CHUNK - 1L) / CHUNK * (16 + 8 * CHUNK);
  }
}
