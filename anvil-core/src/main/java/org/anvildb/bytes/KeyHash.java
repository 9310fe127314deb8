package org.anvildb.bytes;

/**
 * A 64-bit hash of keys, stored in point indexes and filters: it must never change.
 *
 * <p>Each 8 bytes are mixed in by a multiplication of 64 by 64 to 128 bits whose halves are folded
 * together. A seed that is drawn for each database keeps chosen keys from colliding on purpose.
 */
public final class KeyHash {
  private static final long P0 = 0x9E37_79B9_7F4A_7C15L;
  private static final long P1 = 0xD1B5_4A32_D192_ED03L;
  private static final long P2 = 0xABC9_8388_FB8F_AC03L;

  private KeyHash() {}

  /** Hashes the first bytes of an array. */
  public static long hash(byte[] key, int length, long seed) {
    long h = seed ^ fold(length + P0, P1);
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      h = fold(h ^ Bytes.getLong(key, i), P2 ^ h);
    }
    if (i < length) {
      long tail = 0;
      for (int j = length - 1; j >= i; j--) {
        tail = tail << 8 | key[j] & 0xff;
      }
      h = fold(h ^ tail, P1 ^ h);
    }
    return fold(h ^ P0, P2);
  }

  private static long fold(long a, long b) {
    return a * b ^ Math.unsignedMultiplyHigh(a, b);
  }
}
