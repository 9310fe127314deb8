package org.anvildb.bench.data;

/**
 * A keyed permutation of 0 to n - 1: every index comes up once, in an order that looks random, and
 * no array holds it.
 *
 * <p>A Feistel network over the next power of four; a result that falls outside of the domain goes
 * through again (cycle walking), fewer than four times on average. Immutable.
 */
public final class KeyPermutation {
  private static final int ROUNDS = 4;

  private final long size;
  private final int halfBits;
  private final long halfMask;
  private final long[] roundKeys = new long[ROUNDS];

  /**
   * Makes the permutation of a seed.
   *
   * @param size how many indexes there are, at least 1
   * @param seed which of the permutations
   */
  public KeyPermutation(long size, long seed) {
    if (size < 1) {
      throw new IllegalArgumentException("a permutation needs at least one index");
    }
    this.size = size;
    int bits = Math.max(2, 64 - Long.numberOfLeadingZeros(size - 1));
    halfBits = (bits + 1) / 2;
    halfMask = (1L << halfBits) - 1;
    for (int i = 0; i < ROUNDS; i++) {
      roundKeys[i] = Mix.mix(seed + i + 1);
    }
  }

  /**
   * Returns where an index goes.
   *
   * @param index 0 to size - 1
   * @return 0 to size - 1, another one for each index
   */
  public long apply(long index) {
    long at = index;
    do {
      at = encrypt(at);
    } while (at >= size);
    return at;
  }

  private long encrypt(long value) {
    long left = value >>> halfBits;
    long right = value & halfMask;
    for (long key : roundKeys) {
      long next = left ^ (Mix.mix(right + key) & halfMask);
      left = right;
      right = next;
    }
    return left << halfBits | right;
  }
}
