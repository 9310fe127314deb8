package org.anvildb.bench.leaf;

import java.util.Random;
import org.anvildb.bytes.Bytes;

/**
 * Keys and values as the workloads have them: 16 decimal digits, 100 bytes. Entry <em>i</em> has
 * the key of number 2<em>i</em>; odd numbers are absent. No state.
 */
final class Keys {
  static final int KEY_BYTES = 16;
  static final int VALUE_BYTES = 100;
  static final long HASH_SEED = 0x5eed;

  private static final int RADIX = 10;

  private Keys() {}

  static byte[] present(long entry) {
    return decimal(2 * entry);
  }

  static byte[] absent(long entry) {
    return decimal(2 * entry + 1);
  }

  /** Returns the entries from 0 on in an order drawn from a seed. */
  static int[] shuffled(int entries) {
    Random random = new Random(HASH_SEED);
    int[] order = new int[entries];
    for (int i = 0; i < entries; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Returns bytes of which about half can be compressed away. */
  static byte[] halfRandom(int length) {
    byte[] bytes = new byte[length];
    Random random = new Random(HASH_SEED);
    for (int at = 0; at + 2 * Long.BYTES <= length; at += 2 * Long.BYTES) {
      Bytes.putLong(bytes, at, random.nextLong());
    }
    return bytes;
  }

  private static byte[] decimal(long number) {
    byte[] key = new byte[KEY_BYTES];
    long rest = number;
    for (int i = KEY_BYTES - 1; i >= 0; i--) {
      key[i] = (byte) ('0' + rest % RADIX);
      rest /= RADIX;
    }
    return key;
  }
}
