package org.anvildb.bench.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.SplittableRandom;

/**
 * Writes values of which about half can be compressed away: slices of a pool in which every stretch
 * of random bytes is followed by its own copy. Immutable.
 */
public final class ValueWriter {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int PIECES = 10_000;
  private static final int MAX_STRETCH_BYTES = 50;
  private static final long SEED = 42;

  private final int valueBytes;
  private final int pieceBytes;
  private final byte[] pool;

  /**
   * Makes a writer.
   *
   * @param valueBytes how long values are
   */
  public ValueWriter(int valueBytes) {
    this.valueBytes = valueBytes;
    int stretchBytes = Math.clamp(valueBytes / 2, 1, MAX_STRETCH_BYTES);
    pieceBytes = 2 * stretchBytes;
    pool = new byte[PIECES * pieceBytes + valueBytes];
    byte[] stretch = new byte[stretchBytes];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int at = 0; at < pool.length; at += pieceBytes) {
      random.nextBytes(stretch);
      for (int copy = at; copy <= at + stretchBytes && copy < pool.length; copy += stretchBytes) {
        System.arraycopy(stretch, 0, pool, copy, Math.min(stretchBytes, pool.length - copy));
      }
    }
  }

  /** Returns a new array of the right length. */
  public byte[] newValue() {
    return new byte[valueBytes];
  }

  /**
   * Writes a value; it starts with eight bytes that tell its salt, if it has the room.
   *
   * @param salt tells values apart: another one for each key and each overwriting
   * @param value where it goes
   * @return {@code value}
   */
  public byte[] write(long salt, byte[] value) {
    long mixed = Mix.mix(salt);
    int piece = (int) ((mixed >>> 32) * PIECES >>> 32);
    System.arraycopy(pool, piece * pieceBytes, value, 0, valueBytes);
    if (valueBytes >= 8) {
      LONG.set(value, 0, mixed);
    }
    return value;
  }
}
