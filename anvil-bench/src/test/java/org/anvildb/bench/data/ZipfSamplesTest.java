package org.anvildb.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

final class ZipfSamplesTest {
  private static final int ITEMS = 10_000;
  private static final int DRAWS = 1 << 18;

  @Test
  void popularityFallsAsZipfSays() {
    int[] counts = counts();
    double zeta = 0;
    for (int i = 1; i <= ITEMS; i++) {
      zeta += 1 / Math.pow(i, ZipfSamples.YCSB_SKEW);
    }
    assertThat((double) counts[0] / DRAWS).isBetween(0.95 / zeta, 1.05 / zeta);
    assertThat((double) counts[0] / counts[1]).isBetween(1.8, 2.2);
    int firstTenth = 0;
    for (int i = 0; i < ITEMS / 10; i++) {
      firstTenth += counts[i];
    }
    // The exact share of the first tenth is 0.75.
    assertThat((double) firstTenth / DRAWS).isBetween(0.72, 0.79);
  }

  @Test
  void ranksAreInRangeAndReachFar() {
    int[] counts = counts();
    int last = 0;
    for (int i = 0; i < ITEMS; i++) {
      last = counts[i] > 0 ? i : last;
    }
    assertThat(last).isGreaterThan(ITEMS * 99 / 100);
  }

  @Test
  void theDrawsStartOverInACircle() {
    ZipfSamples samples = new ZipfSamples(100, 0.5, 4, 1);
    int first = samples.next();
    samples.next();
    samples.next();
    samples.next();
    assertThat(samples.next()).isEqualTo(first);
  }

  @Test
  void argumentsOutOfRangeAreRefused() {
    assertThatThrownBy(() -> new ZipfSamples(1, 0.99, 4, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ZipfSamples(10, 1, 4, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ZipfSamples(10, 0.5, 5, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static int[] counts() {
    ZipfSamples samples = new ZipfSamples(ITEMS, ZipfSamples.YCSB_SKEW, DRAWS, 11);
    int[] counts = new int[ITEMS];
    for (int i = 0; i < DRAWS; i++) {
      counts[samples.next()]++;
    }
    return counts;
  }
}
