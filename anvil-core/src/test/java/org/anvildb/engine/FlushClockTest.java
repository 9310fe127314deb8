package org.anvildb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Tests {@link FlushClock}. */
final class FlushClockTest {
  private final FlushClock clock = new FlushClock();

  private static final long LARGE = 1 << 20;

  @Test
  void nothingIsExpectedBeforeAFlushHasEnded() {
    assertThat(clock.leftNanos(1_000, 5)).isZero();
    clock.begin(1_000, 10);
    assertThat(clock.leftNanos(1_000, 20)).isZero();
  }

  @Test
  void aFlushTakesAsLongForEachByteAsTheLastOne() {
    flush(LARGE, 0, 5 * LARGE);
    assertThat(clock.leftNanos(2_000, 6 * LARGE)).isEqualTo(10_000);
    clock.begin(2 * LARGE, 10 * LARGE);
    assertThat(clock.leftNanos(2 * LARGE, 10 * LARGE)).isEqualTo(10 * LARGE);
    assertThat(clock.leftNanos(2 * LARGE, 16 * LARGE)).isEqualTo(4 * LARGE);
  }

  @Test
  void aFlushThatIsOverdueNeedsAQuarterOfItsTimeStill() {
    flush(LARGE, 0, 4 * LARGE);
    clock.begin(LARGE, 10 * LARGE);
    assertThat(clock.leftNanos(LARGE, 14 * LARGE - 1)).isEqualTo(LARGE);
    assertThat(clock.leftNanos(LARGE, 90 * LARGE)).isEqualTo(LARGE);
  }

  @Test
  void laterFlushesCountMoreAndLargerOnesToo() {
    flush(LARGE, 0, 4 * LARGE);
    flush(LARGE, 10 * LARGE, 19 * LARGE);
    // (4 / 2 + 9) / (1 / 2 + 1)
    assertThat(clock.leftNanos(3 * LARGE, 20 * LARGE)).isCloseTo(22 * LARGE, within(2L));
    flush(4 * LARGE, 20 * LARGE, 34 * LARGE);
    // (11 / 2 + 14) / (1.5 / 2 + 4)
    assertThat(clock.leftNanos(19 * LARGE, 40 * LARGE)).isCloseTo(78 * LARGE, within(2L));
  }

  @Test
  void anEmptyMemtableTellsNothing() {
    flush(0, 0, 4_000);
    assertThat(clock.leftNanos(1_000, 5_000)).isZero();
    assertThat(clock.leftNanos(0, 5_000)).isZero();
  }

  @Test
  void aSmallFlushDoesNotTellOfLargeOnes() {
    flush(LARGE, 0, 4 * LARGE);
    flush(5_000, 5 * LARGE, 9 * LARGE);
    assertThat(clock.leftNanos(LARGE, 10 * LARGE)).isEqualTo(4 * LARGE);
  }

  private void flush(long bytes, long begin, long end) {
    clock.begin(bytes, begin);
    clock.end(end);
  }
}
