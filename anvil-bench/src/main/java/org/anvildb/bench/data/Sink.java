package org.anvildb.bench.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Takes in all that is read, so that no engine and no compiler can leave the reading out.
 *
 * <p>Folds the first and the last eight bytes of each key and value: both ends are touched, at the
 * same small cost whatever form the bytes come in. Not thread-safe: one for each thread.
 */
public final class Sink {
  private static final VarHandle ARRAY_LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final ValueLayout.OfLong SEGMENT_LONG = ValueLayout.JAVA_LONG_UNALIGNED;

  private long sum;

  /**
   * Folds an array.
   *
   * @param bytes the bytes
   */
  public void fold(byte[] bytes) {
    fold(bytes, bytes.length);
  }

  /**
   * Folds the beginning of an array.
   *
   * @param bytes holds the bytes
   * @param length how many of them count
   */
  public void fold(byte[] bytes, int length) {
    if (length >= 8) {
      sum = 31 * sum + (long) ARRAY_LONG.get(bytes, 0) + (long) ARRAY_LONG.get(bytes, length - 8);
    } else {
      sum = 31 * sum + (length == 0 ? 0 : bytes[0]);
    }
  }

  /**
   * Folds what a buffer has between its position and its limit.
   *
   * @param bytes the buffer; stays as it is
   */
  public void fold(ByteBuffer bytes) {
    int from = bytes.position();
    int to = bytes.limit();
    if (to - from >= 8) {
      sum = 31 * sum + bytes.getLong(from) + bytes.getLong(to - 8);
    } else {
      sum = 31 * sum + (from == to ? 0 : bytes.get(from));
    }
  }

  /**
   * Folds a segment.
   *
   * @param bytes the segment
   */
  public void fold(MemorySegment bytes) {
    long length = bytes.byteSize();
    if (length >= 8) {
      sum = 31 * sum + bytes.get(SEGMENT_LONG, 0) + bytes.get(SEGMENT_LONG, length - 8);
    } else {
      sum = 31 * sum + (length == 0 ? 0 : bytes.get(ValueLayout.JAVA_BYTE, 0));
    }
  }

  /** Returns what all the bytes came to. */
  public long sum() {
    return sum;
  }
}
