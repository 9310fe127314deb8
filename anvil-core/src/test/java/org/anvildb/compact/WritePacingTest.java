package org.anvildb.compact;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class WritePacingTest {
  private static final long MEMTABLE = 64L << 20;
  private static final int FROZEN = 2;
  private final WritePacing pacing = new WritePacing(MEMTABLE, FROZEN);

  @Test
  void whatLargeWritesPutOffIsBounded() {
    long due = 0;
    for (int i = 0; i < 20; i++) {
      due = WritePacing.dueNanos(due, 1_000, 1 << 20, 600);
    }
    assertThat(due).isEqualTo(1_000 + WritePacing.MAX_DEBT_NANOS);
  }

  @Test
  void roomLastsALittleLongerThanItHasTo() {
    assertThat(WritePacing.nanosPerByte(1_000_000, 500_000)).isEqualTo(2.4);
    assertThat(WritePacing.nanosPerByte(0, 500_000)).isZero();
    assertThat(WritePacing.nanosPerByte(1_000_000, 0)).isEqualTo(1000);
    assertThat(WritePacing.nanosPerByte(1_000_000, -5)).isEqualTo(1000);
  }

  @Test
  void normalDebtCostsNothing() {
    assertThat(pacing.nanosPerByte(0, 0, 0, 0)).isZero();
    assertThat(pacing.nanosPerByte(12, 200 * MEMTABLE, MEMTABLE, 0.9)).isZero();
  }

  @Test
  void thePaceGrowsWithoutJumpsToNearlyAStop() {
    assertSmooth(step -> pacing.nanosPerByte(0, 0, step * 3 * MEMTABLE / 1000, 0));
    assertSmooth(step -> pacing.nanosPerByte(0, step * 1024 * MEMTABLE / 1000, 0, 0));
    assertSmooth(step -> pacing.nanosPerByte(0, 0, 0, 1.2 * step / 1000));
    assertThat(pacing.nanosPerByte(36, 0, 0, 0)).isEqualTo(1000);
    assertThat(pacing.nanosPerByte(100, 0, 0, 0)).isEqualTo(1000);
    for (int tables = 13; tables < 36; tables++) {
      assertThat(pacing.nanosPerByte(tables, 0, 0, 0))
          .isGreaterThan(pacing.nanosPerByte(tables - 1, 0, 0, 0));
    }
  }

  @Test
  void onlyFullMemoryStopsWriters() {
    assertThat(mayFreeze(1, MEMTABLE)).isTrue();
    assertThat(mayFreeze(2, 2 * MEMTABLE)).isFalse();
  }

  @Test
  void smallMemtablesCountByTheirBytes() {
    assertThat(mayFreeze(2, MEMTABLE / 2)).isTrue();
    assertThat(mayFreeze(15, MEMTABLE - 1)).isTrue();
    assertThat(mayFreeze(15, MEMTABLE)).isFalse();
    assertThat(mayFreeze(16, 1)).isFalse();
  }

  @Test
  void aWriterSlowerThanThePaceNeverWaits() {
    long due = 0;
    for (long now = 1_000; now < 1_000_000_000; now += 1_000) {
      assertThat(WritePacing.pauseNanos(due, now)).isZero();
      due = WritePacing.dueNanos(due, now, 100, 9.9);
    }
  }

  @Test
  void aWriterFasterThanThePaceIsHeldToItInShortPauses() {
    long due = 0;
    long now = 0;
    long written = 0;
    long longest = 0;
    while (now < 1_000_000_000L) {
      long pause = WritePacing.pauseNanos(due, now);
      longest = Math.max(longest, pause);
      now += pause + 500;
      due = WritePacing.dueNanos(due, now, 100, 10);
      written += 100;
    }
    assertThat(written).isBetween(99_000_000L, 101_000_000L);
    assertThat(longest).isLessThanOrEqualTo(2 * WritePacing.MIN_PAUSE_NANOS);
  }

  /**
   * A writer of 150 MB/s against a flusher of 250 MB/s and a merger that needs 11 ns for each byte
   * written, which is 60 % of the writer: the load finds its pace, and no write waits long.
   */
  @Test
  void anOverwriteLoadFindsThePaceOfTheMerger() {
    Load load = new Load();
    load.run(40_000_000_000L);
    double before = load.written;
    load.run(20_000_000_000L);
    assertThat(load.stops).isZero();
    assertThat(load.levelZero).isBetween(12.0, 36.0);
    assertThat((load.written - before) / 20e9 * 1e3).isBetween(85.0, 100.0);
    assertThat(load.longest).isLessThan(50_000_000);
    assertThat(load.longPauses).isLessThan(load.count / 1000);
  }

  private interface Curve {
    double at(long step);
  }

  private static void assertSmooth(Curve curve) {
    double last = 0;
    for (long step = 0; step <= 1000; step++) {
      double pace = curve.at(step);
      assertThat(pace).as("step %s", step).isGreaterThanOrEqualTo(last).isLessThanOrEqualTo(1000);
      if (step < 900) {
        assertThat(pace - last).as("step %s", step).isLessThan(2);
      }
      last = pace;
    }
    assertThat(last).isEqualTo(1000);
  }

  private static boolean mayFreeze(int frozen, long bytes) {
    return WritePacing.mayFreeze(frozen, FROZEN, bytes, MEMTABLE);
  }

  /** Writes of 500 bytes in simulated time, flushed and merged beside. */
  private final class Load {
    private static final int WRITE_BYTES = 500;
    private static final double WRITE_NANOS = 3300;
    private static final double FLUSH_BYTES_PER_NANO = 0.25;
    private static final double MERGE_BYTES_PER_NANO = 1 / 11.0;

    private long count;
    private long longPauses;
    private long longest;
    private long stops;
    private double now;
    private long due;
    private double written;
    private double active;
    private double frozen;
    private double levelZero;

    private void run(long nanos) {
      double end = now + nanos;
      while (now < end) {
        long memory = (long) (frozen + active);
        double pace = pacing.nanosPerByte((int) levelZero, 0, memory, 0);
        long pause = WritePacing.pauseNanos(due, (long) now);
        step(pause + WRITE_NANOS);
        due = WritePacing.dueNanos(due, (long) now, WRITE_BYTES, pace);
        count++;
        longest = Math.max(longest, pause);
        longPauses += pause > 100_000 ? 1 : 0;
        active += WRITE_BYTES;
        written += WRITE_BYTES;
        if (active >= MEMTABLE) {
          stops += mayFreeze((int) Math.ceil(frozen / MEMTABLE), (long) frozen) ? 0 : 1;
          frozen += active;
          active = 0;
        }
      }
    }

    private void step(double nanos) {
      now += nanos;
      double flushed = Math.min(frozen, nanos * FLUSH_BYTES_PER_NANO);
      frozen -= flushed;
      levelZero += flushed / MEMTABLE;
      levelZero = Math.max(0, levelZero - nanos * MERGE_BYTES_PER_NANO / MEMTABLE);
    }
  }
}
