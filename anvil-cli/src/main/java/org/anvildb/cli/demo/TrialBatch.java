package org.anvildb.cli.demo;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * What a batch of the kill trial holds: the same two keys in two keyspaces, four entries in all,
 * with values that follow from writer and number, so that whoever reads them back can tell whether
 * a batch is whole and right.
 *
 * @param round which run of the writer process
 * @param writer which of its threads
 * @param number which of the thread's batches, from 0 on
 */
record TrialBatch(int round, int writer, long number) {
  /** The two keyspaces that every batch writes. */
  static final String[] KEYSPACES = {"orders", "stock"};

  /** How many keys a batch writes in each. */
  static final int KEYS = 2;

  /** How many entries a batch has. */
  static final int ENTRIES = KEYS * KEYSPACES.length;

  private static final int VALUE_BYTES = 100;

  /** Returns the prefix that all keys of a round share. */
  static byte[] prefix(int round) {
    return String.format(Locale.ROOT, "r%02d/", round).getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns a key of the batch; keys sort by round, writer, number. */
  byte[] key(int index) {
    byte[] key = "r00/w00/0000000000/0".getBytes(StandardCharsets.US_ASCII);
    putDigits(key, 1, 2, round);
    putDigits(key, 5, 2, writer);
    putDigits(key, 8, 10, number);
    putDigits(key, 19, 1, index);
    return key;
  }

  /** Returns the batch that a key belongs to. */
  static TrialBatch of(byte[] key) {
    return new TrialBatch((int) digits(key, 1, 2), (int) digits(key, 5, 2), digits(key, 8, 10));
  }

  /** Returns the value of a key in a keyspace. */
  byte[] value(int keyspace, int index) {
    long seed = ((long) round << 56 | (long) writer << 48 | number << 4) + keyspace * 2L + index;
    byte[] value = new byte[VALUE_BYTES];
    new SplittableRandom(seed).nextBytes(value);
    return value;
  }

  private static void putDigits(byte[] key, int from, int count, long number) {
    long rest = number;
    for (int i = from + count - 1; i >= from; i--) {
      key[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }

  private static long digits(byte[] key, int from, int count) {
    long number = 0;
    for (int i = from; i < from + count; i++) {
      number = number * 10 + key[i] - '0';
    }
    return number;
  }
}
