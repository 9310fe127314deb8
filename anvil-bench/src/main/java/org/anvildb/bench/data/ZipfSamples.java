package org.anvildb.bench.data;

import java.util.SplittableRandom;

/**
 * Ranks drawn from a Zipf distribution, as YCSB draws them: rank 0 is the most popular.
 *
 * <p>The draws are made beforehand and handed out in a circle, since a power a draw would cost a
 * fast engine a tenth of its time. The method is that of Gray and others, "Quickly generating
 * billion-record synthetic databases" (1994). Not thread-safe: one for each thread.
 */
public final class ZipfSamples {
  /** The skew that YCSB uses. */
  public static final double YCSB_SKEW = 0.99;

  private final int[] ranks;
  private int next;

  /**
   * Draws the ranks.
   *
   * @param items how many ranks there are, 2 at least
   * @param skew between 0 and 1, both excluded; the larger, the hotter the first ranks
   * @param count how many draws, a power of two
   * @param seed of the draws
   */
  public ZipfSamples(int items, double skew, int count, long seed) {
    if (items < 2 || Integer.bitCount(count) != 1 || skew <= 0 || skew >= 1) {
      throw new IllegalArgumentException("items " + items + ", skew " + skew + ", count " + count);
    }
    ranks = new int[count];
    double zeta = zeta(items, skew);
    double alpha = 1 / (1 - skew);
    double half = Math.pow(0.5, skew);
    double eta = (1 - Math.pow(2.0 / items, 1 - skew)) / (1 - (1 + half) / zeta);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < count; i++) {
      double u = random.nextDouble();
      double scaled = u * zeta;
      if (scaled < 1) {
        ranks[i] = 0;
      } else if (scaled < 1 + half) {
        ranks[i] = 1;
      } else {
        ranks[i] = Math.min(items - 1, (int) (items * Math.pow(eta * u - eta + 1, alpha)));
      }
    }
  }

  /** Returns the next rank. */
  public int next() {
    int rank = ranks[next];
    next = (next + 1) & (ranks.length - 1);
    return rank;
  }

  private static double zeta(int items, double skew) {
    double sum = 0;
    for (int i = 1; i <= items; i++) {
      sum += 1 / Math.pow(i, skew);
    }
    return sum;
  }
}
