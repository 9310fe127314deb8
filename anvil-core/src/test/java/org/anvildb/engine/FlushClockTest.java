package org.anvildb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Tests {@link FlushClock}. */
final class FlushClockTest {
  private final FlushClock clock = new FlushClock();

  @Test
  void nothingIsExpectedBeforeAFlushHasEnded() {
    assertThat(clock.leftNanos(1_000, 5)).isZero();
    clock.begin(1_000, 10);
    assertThat(clock.leftNanos(1_000, 20)).isZero();
  }

  @Test
  void aFlushTakesAsLongForEachByteAsTheLastOne() {
    flush(1_000, 0, 5_000);
    assertThat(clock.leftNanos(2_000, 6_000)).isEqualTo(10_000);
    clock.begin(2_000, 10_000);
    assertThat(clock.leftNanos(2_000, 10_000)).isEqualTo(10_000);
    assertThat(clock.leftNanos(2_000, 16_000)).isEqualTo(4_000);
  }

  @Test
  void aFlushThatIsOverdueNeedsAQuarterOfItsTimeStill() {
    flush(1_000, 0, 4_000);
    clock.begin(1_000, 10_000);
    assertThat(clock.leftNanos(1_000, 13_500)).isEqualTo(1_000);
    assertThat(clock.leftNanos(1_000, 90_000)).isEqualTo(1_000);
  }

  @Test
  void laterFlushesCountMore() {
    flush(1_000, 0, 4_000);
    flush(1_000, 10_000, 18_000);
    assertThat(clock.leftNanos(1_000, 20_000)).isEqualTo(6_000);
    flush(1_000, 20_000, 28_000);
    assertThat(clock.leftNanos(1_000, 30_000)).isEqualTo(7_000);
  }

  @Test
  void anEmptyMemtableTellsNothing() {
    flush(0, 0, 4_000);
    assertThat(clock.leftNanos(1_000, 5_000)).isZero();
    assertThat(clock.leftNanos(0, 5_000)).isZero();
  }

  private void flush(long bytes, long begin, long end) {
    clock.begin(bytes, begin);
    clock.end(end);
  }
}
