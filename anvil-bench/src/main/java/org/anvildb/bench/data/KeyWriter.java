package org.anvildb.bench.data;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes the key of a number into an array that the caller reuses. Immutable.
 *
 * <p>Entry {@code i} of a filled database has the number {@code 2 * i}; the odd numbers between are
 * the keys that are absent, and those that are inserted later.
 */
public final class KeyWriter {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final byte[] DIGIT_PAIRS = digitPairs();
  private static final String[] NAMES = {
    "acct", "blob", "cart", "docs", "edge", "feed", "geo_", "hist",
    "item", "jobs", "keys", "logs", "mail", "node", "page", "user"
  };
  private static final int NAME_BYTES = 5;

  private final KeyShape shape;
  private final int keyBytes;
  private final long numbers;
  private final long stride;
  private final byte[][] names = new byte[NAMES.length][];

  /**
   * Makes a writer.
   *
   * @param shape what keys look like
   * @param keyBytes how long they are
   * @param numbers the number that ends the range of all numbers
   */
  public KeyWriter(KeyShape shape, int keyBytes, long numbers) {
    int min = shape.minBytes(numbers);
    if (keyBytes < min) {
      throw new IllegalArgumentException(
          "keys of shape "
              + shape
              + " need at least "
              + min
              + " bytes for "
              + numbers
              + " numbers");
    }
    this.shape = shape;
    this.keyBytes = keyBytes;
    this.numbers = numbers;
    this.stride = Long.divideUnsigned(-1L, numbers);
    for (int i = 0; i < names.length; i++) {
      names[i] = (NAMES[i] + ":").getBytes(StandardCharsets.US_ASCII);
    }
  }

  /** Returns a new array of the right length. */
  public byte[] newKey() {
    return new byte[keyBytes];
  }

  /**
   * Writes a key.
   *
   * @param number 0 to numbers - 1
   * @param key where it goes
   * @return {@code key}
   */
  public byte[] write(long number, byte[] key) {
    switch (shape) {
      case DECIMAL -> writeDigits(number, key, 0);
      case BINARY -> writeBinary(number, key);
      case PREFIXED -> {
        byte[] name = names[(int) (number * names.length / numbers)];
        System.arraycopy(name, 0, key, 0, NAME_BYTES);
        writeDigits(number, key, NAME_BYTES);
      }
    }
    return key;
  }

  private void writeBinary(long number, byte[] key) {
    LONG.set(key, 0, number * stride);
    long tail = Mix.mix(number);
    for (int i = 8; i < keyBytes; i++) {
      key[i] = (byte) (tail >>> ((i & 7) << 3));
    }
  }

  private void writeDigits(long number, byte[] key, int from) {
    long rest = number;
    int at = keyBytes;
    while (at - from >= 2) {
      long quotient = rest / 100;
      int pair = (int) (rest - quotient * 100) << 1;
      key[--at] = DIGIT_PAIRS[pair + 1];
      key[--at] = DIGIT_PAIRS[pair];
      rest = quotient;
    }
    if (at > from) {
      key[from] = (byte) ('0' + rest);
    }
  }

  private static byte[] digitPairs() {
    byte[] pairs = new byte[200];
    for (int i = 0; i < 100; i++) {
      pairs[2 * i] = (byte) ('0' + i / 10);
      pairs[2 * i + 1] = (byte) ('0' + i % 10);
    }
    return pairs;
  }
}
