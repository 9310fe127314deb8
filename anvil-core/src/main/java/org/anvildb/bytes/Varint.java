package org.anvildb.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Unsigned numbers in 7-bit groups, the lowest first; the top bit of a byte tells that another
 * follows. Takes 1 to 5 bytes for an int and 1 to 10 for a long.
 */
public final class Varint {
  /** The most bytes that an int takes. */
  public static final int MAX_INT_BYTES = 5;

  /** The most bytes that a long takes. */
  public static final int MAX_LONG_BYTES = 10;

  private Varint() {}

  /** Returns how many bytes a number takes. */
  public static int size(long value) {
    return Math.max(1, (70 - Long.numberOfLeadingZeros(value)) / 7);
  }

  /** Writes a number; returns the index behind it. */
  public static int put(byte[] target, int at, long value) {
    long rest = value;
    int i = at;
    while ((rest & ~0x7fL) != 0) {
      target[i++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    target[i++] = (byte) rest;
    return i;
  }

  /**
   * Reads a number of at most 9 bytes (63 bits) before {@code end}; returns -1 if there is none:
   * the bytes end too early, or the number is too long.
   */
  public static long get(MemorySegment source, long at, long end) {
    long value = 0;
    int shift = 0;
    for (long i = at; i < end && shift < 63; i++) {
      byte b = source.get(ValueLayout.JAVA_BYTE, i);
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
      shift += 7;
    }
    return -1;
  }

  /** As {@link #get(MemorySegment, long, long)}, from an array. */
  public static long get(byte[] source, int at, int end) {
    long value = 0;
    int shift = 0;
    for (int i = at; i < end && shift < 63; i++) {
      byte b = source[i];
      value |= (long) (b & 0x7f) << shift;
      if (b >= 0) {
        return value;
      }
      shift += 7;
    }
    return -1;
  }
}
