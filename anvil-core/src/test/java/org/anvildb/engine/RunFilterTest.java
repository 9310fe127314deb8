package org.anvildb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Tests {@link RunFilter}. */
final class RunFilterTest {
  @Test
  void aKeyIsNeverMissingFromAFlushThatHoldsIt() {
    for (int seed = 0; seed < 50; seed++) {
      int keys = 1 + new SplittableRandom(seed).nextInt(5_000);
      RunFilter filter = new RunFilter(keys);
      for (int flush = 0; flush < RunFilter.FLUSHES; flush++) {
        add(filter, filter.begin(), seed, flush, keys);
      }
      for (int flush = 0; flush < RunFilter.FLUSHES; flush++) {
        SplittableRandom hashes = hashes(seed, flush);
        for (int i = 0; i < keys; i++) {
          assertThat(filter.at(hashes.nextLong()) & 1 << flush)
              .as("seed %s, flush %s, key %s of %s", seed, flush, i, keys)
              .isNotZero();
        }
      }
    }
  }

  @Test
  void aKeyThatAFlushHasNotGotIsMostlyKnownToBeAbsent() {
    int keys = 20_000;
    RunFilter filter = new RunFilter(keys);
    int bit = filter.begin();
    add(filter, bit, 1, 1, keys);
    SplittableRandom others = hashes(2, 2);
    int inVain = 0;
    for (int i = 0; i < keys; i++) {
      inVain += (filter.at(others.nextLong()) & bit) == 0 ? 0 : 1;
    }
    assertThat(inVain / (double) keys).isBetween(0.01, 1 / 7.0);
  }

  @Test
  void aFilterIsFullAfterSixteenFlushesOrBeforeOneThatIsTooLarge() {
    RunFilter filter = new RunFilter(1_000);
    for (int i = 0; i < RunFilter.FLUSHES; i++) {
      assertThat(filter.hasRoom(1_000)).isTrue();
      assertThat(filter.hasRoom(1_000_000)).isFalse();
      assertThat(filter.begin()).isEqualTo(1 << i);
    }
    assertThat(filter.hasRoom(1)).isFalse();
  }

  @Test
  void aFilterStaysBoundedForAnyNumberOfKeys() {
    RunFilter filter = new RunFilter(Long.MAX_VALUE / 8);
    int bit = filter.begin();
    filter.add(-1, bit);
    assertThat(filter.at(-1)).isEqualTo(bit);
    assertThat(filter.hasRoom(Long.MAX_VALUE)).isTrue();
  }

  @Test
  void aSaturatedFilterHoldsAllKeysAndTakesNoMoreFlushes() {
    RunFilter filter = new RunFilter(1_000);
    int bit = filter.begin();
    filter.saturate();
    assertThat(filter.hasRoom(1)).isFalse();
    for (long hash : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(filter.at(hash) & bit).isEqualTo(bit);
    }
  }

  private static void add(RunFilter filter, int bit, int seed, int flush, int keys) {
    SplittableRandom hashes = hashes(seed, flush);
    for (int i = 0; i < keys; i++) {
      filter.add(hashes.nextLong(), bit);
    }
  }

  private static SplittableRandom hashes(int seed, int flush) {
    return new SplittableRandom(seed * 1_000L + flush);
  }
}
