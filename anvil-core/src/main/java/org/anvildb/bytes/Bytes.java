package org.anvildb.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Comparing byte strings, in arrays and in memory segments, as unsigned bytes.
 *
 * <p>A <em>head</em> is the first 8 bytes of a string as a big-endian number, with zeros behind a
 * shorter string: comparing two heads as unsigned numbers orders the strings, unless the heads are
 * equal.
 */
public final class Bytes {
  /** The length of a head. */
  public static final int HEAD_BYTES = Long.BYTES;

  /** Little-endian numbers at any address: the byte order of every file. */
  public static final ValueLayout.OfShort LE_SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** As {@link #LE_SHORT}, of 4 bytes. */
  public static final ValueLayout.OfInt LE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** As {@link #LE_SHORT}, of 8 bytes. */
  public static final ValueLayout.OfLong LE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /** Big-endian numbers of 8 bytes at any address: for heads. */
  public static final ValueLayout.OfLong BE_LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private static final VarHandle ARRAY_BE_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle ARRAY_LE_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle ARRAY_LE_INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private static final int SHORT_COPY = 256;
  private static final int SHORT_KEY = 64;

  private Bytes() {}

  /** Compares the first bytes of two arrays; negative, zero or positive. */
  public static int compare(byte[] a, int aLength, byte[] b, int bLength) {
    return Arrays.compareUnsigned(a, 0, aLength, b, 0, bLength);
  }

  /** Compares the first bytes of an array with a range of a segment. */
  public static int compare(byte[] a, int aLength, MemorySegment b, long bOffset, int bLength) {
    return compare(a, 0, aLength, b, bOffset, bLength);
  }

  /** Compares a range of an array with a range of a segment. */
  public static int compare(
      byte[] a, int aFrom, int aLength, MemorySegment b, long bOffset, int bLength) {
    int common = Math.min(aLength, bLength);
    int i = 0;
    for (; i <= common - Long.BYTES; i += Long.BYTES) {
      long x = (long) ARRAY_BE_LONG.get(a, aFrom + i);
      long y = b.get(BE_LONG, bOffset + i);
      if (x != y) {
        return Long.compareUnsigned(x, y);
      }
    }
    for (; i < common; i++) {
      int x = a[aFrom + i] & 0xff;
      int y = b.get(ValueLayout.JAVA_BYTE, bOffset + i) & 0xff;
      if (x != y) {
        return x - y;
      }
    }
    return aLength - bLength;
  }

  /** Tells whether a range of an array equals a range of a segment of the same length. */
  public static boolean equal(byte[] a, int aFrom, MemorySegment b, long bOffset, int length) {
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      if ((long) ARRAY_LE_LONG.get(a, aFrom + i) != b.get(LE_LONG, bOffset + i)) {
        return false;
      }
    }
    for (; i < length; i++) {
      if (a[aFrom + i] != b.get(ValueLayout.JAVA_BYTE, bOffset + i)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns a copy of the first bytes of an array. Keys are mostly short, and of a scan the call of
   * the copying routine was 8 %: 8 to 32 bytes are copied as two or four numbers, which may
   * overlap.
   */
  public static byte[] copyOf(byte[] a, int length) {
    if (length < Long.BYTES || length > 4 * Long.BYTES) {
      return Arrays.copyOf(a, length);
    }
    byte[] copy = new byte[length];
    int last = length - Long.BYTES;
    putLong(copy, 0, getLong(a, 0));
    putLong(copy, last, getLong(a, last));
    if (length > 2 * Long.BYTES) {
      putLong(copy, Long.BYTES, getLong(a, Long.BYTES));
      putLong(copy, last - Long.BYTES, getLong(a, last - Long.BYTES));
    }
    return copy;
  }

  /**
   * Copies a range of an array to the start of another, in which {@link #copyOf}'s reason holds for
   * up to 64 bytes.
   */
  public static void copyTo(byte[] target, byte[] source, int from, int length) {
    int last = length - Long.BYTES;
    if (last < 0 || length > SHORT_KEY) {
      System.arraycopy(source, from, target, 0, length);
      return;
    }
    for (int i = 0; i < last; i += Long.BYTES) {
      putLong(target, i, getLong(source, from + i));
    }
    putLong(target, last, getLong(source, from + last));
  }

  /** Tells whether the first bytes of two arrays, which both have so many, are equal. */
  public static boolean startEquals(byte[] a, byte[] b, int length) {
    int last = length - Long.BYTES;
    if (last >= 0) {
      for (int i = 0; i < last; i += Long.BYTES) {
        if (getLong(a, i) != getLong(b, i)) {
          return false;
        }
      }
      return getLong(a, last) == getLong(b, last);
    }
    if (a.length >= Long.BYTES && b.length >= Long.BYTES) {
      return length == 0 || (getLong(a, 0) ^ getLong(b, 0)) << -Byte.SIZE * length == 0;
    }
    for (int i = 0; i < length; i++) {
      if (a[i] != b[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Copies a range of a segment to a new array; a short one in a loop, which is compiled in place
   * where a bulk copy is a call (1 to 2 % of a get of 100 bytes).
   */
  public static byte[] copy(MemorySegment source, long offset, int length) {
    byte[] copy = new byte[length];
    int last = length - Long.BYTES;
    if (last >= 0 && length <= SHORT_COPY) {
      for (int i = 0; i < last; i += Long.BYTES) {
        putLong(copy, i, source.get(LE_LONG, offset + i));
      }
      putLong(copy, last, source.get(LE_LONG, offset + last));
    } else {
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, offset, copy, 0, length);
    }
    return copy;
  }

  /**
   * Reads a little-endian number of 4 bytes without a sign; 4 bytes of the segment must precede it.
   *
   * <p>It is the upper half of 8 bytes, since the JVM (25, x86) can't stand a fault of a load of 4
   * bytes that extends them to a {@code long}: where a mapped file was cut short, the process died
   * instead of getting an {@link InternalError}. So nothing mapped that may become a {@code long}
   * is read as an {@code int}.
   */
  public static long unsignedInt(MemorySegment a, long at) {
    return a.get(LE_LONG, at - Integer.BYTES) >>> Integer.SIZE;
  }

  /** Returns how many first bytes two strings share. */
  public static int commonPrefix(byte[] a, int aLength, byte[] b, int bLength) {
    int common = Math.min(aLength, bLength);
    int at = Arrays.mismatch(a, 0, common, b, 0, common);
    return at < 0 ? common : at;
  }

  /** Returns the head of a string in an array: of its bytes from one index on. */
  public static long head(byte[] a, int from, int end) {
    if (end - from >= Long.BYTES) {
      return (long) ARRAY_BE_LONG.get(a, from);
    }
    if (end >= Long.BYTES && end > from) {
      return (long) ARRAY_BE_LONG.get(a, end - Long.BYTES) << Byte.SIZE * (Long.BYTES - end + from);
    }
    long head = 0;
    for (int i = from; i < end; i++) {
      head = head << 8 | a[i] & 0xff;
    }
    int missing = Long.BYTES - Math.max(0, end - from);
    return missing == Long.BYTES ? 0 : head << (8 * missing);
  }

  /** Returns the head of a string in a segment. */
  public static long head(MemorySegment a, long from, long end) {
    if (end - from >= Long.BYTES) {
      return a.get(BE_LONG, from);
    }
    long head = 0;
    for (long i = from; i < end; i++) {
      head = head << 8 | a.get(ValueLayout.JAVA_BYTE, i) & 0xff;
    }
    int missing = Long.BYTES - (int) Math.max(0, end - from);
    return missing == Long.BYTES ? 0 : head << (8 * missing);
  }

  /** Reads a little-endian number of 4 bytes. */
  public static int getInt(byte[] a, int at) {
    return (int) ARRAY_LE_INT.get(a, at);
  }

  /** Writes a little-endian number of 4 bytes. */
  public static void putInt(byte[] a, int at, int value) {
    ARRAY_LE_INT.set(a, at, value);
  }

  /** Reads a little-endian number of 8 bytes. */
  public static long getLong(byte[] a, int at) {
    return (long) ARRAY_LE_LONG.get(a, at);
  }

  /** Writes a little-endian number of 8 bytes. */
  public static void putLong(byte[] a, int at, long value) {
    ARRAY_LE_LONG.set(a, at, value);
  }
}
