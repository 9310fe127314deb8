package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Misuse 27: the disk is full at each operation in turn that needs room; the batch fails whole,
 * reads go on, crashes lose nothing, and when there is room {@code resume()} makes the database
 * writable. {@code -Dseed= -Dway= -Dat=} repeats one, {@code -Dlong=MINUTES} goes on with more
 * seeds.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
@ExtendWith(SilentLog.class)
final class ResumeTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final long AT = Long.getLong("at", -1);
  private static final String WAY = System.getProperty("way", "");
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final long LEAST_RUNS = 300;
  private static final int LEAST_RESUMED = 100;

  private final Map<ResumeRun.End, Integer> ends = new EnumMap<>(ResumeRun.End.class);
  private long runs;
  private long refused;
  private long states;

  private static List<ResumeRun.Way> ways() {
    Set<OperationKind> growing =
        EnumSet.of(OperationKind.CREATE, OperationKind.CREATE_MAPPED, OperationKind.APPEND);
    Set<OperationKind> tables = EnumSet.of(OperationKind.CREATE, OperationKind.APPEND);
    return List.of(
        new ResumeRun.Way("FULL", growing, new Fault.ShortWrite(), true),
        new ResumeRun.Way("TABLES", tables, new Fault.ShortWrite(), true),
        new ResumeRun.Way("SYNC", EnumSet.of(OperationKind.SYNC), new Fault.NoSpace(), false),
        new ResumeRun.Way(
            "SYNC_DIRECTORY", EnumSet.of(OperationKind.SYNC_DIRECTORY), new Fault.NoSpace(), false),
        new ResumeRun.Way("ONCE", growing, new Fault.ShortWrite(), false));
  }

  @Test
  void misuse27_aFullDiskIsNoEndAndResumeGoesOn() {
    long begin = System.nanoTime();
    long seed = SEED;
    do {
      for (ResumeRun.Way way : ways()) {
        if (WAY.isEmpty() || WAY.equals(way.name())) {
          all(way, seed);
        }
      }
      seed++;
    } while (AT < 0 && (runs < LEAST_RUNS || System.nanoTime() - begin < LONG_NANOS));
    System.out.printf(
        "resumed: %,d full disks, %,d calls refused, %s, %,d crash states, 0 violations,"
            + " seeds %d to %d, %d s%n",
        runs,
        refused,
        ends,
        states,
        SEED,
        seed - 1,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    if (AT < 0 && WAY.isEmpty()) {
      assertThat(ends.getOrDefault(ResumeRun.End.RESUMED, 0)).isGreaterThanOrEqualTo(LEAST_RESUMED);
      assertThat(ends.getOrDefault(ResumeRun.End.WENT_ON, 0)).isPositive();
    }
  }

  private void all(ResumeRun.Way way, long seed) {
    ResumeRun.End end = ResumeRun.End.WENT_ON;
    for (long nth = Math.max(0, AT); end != ResumeRun.End.NOT_HIT; nth++) {
      ResumeRun run = new ResumeRun(seed);
      try {
        end = run.play(way, nth);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("-Dseed=%d -Dway=%s -Dat=%d".formatted(seed, way.name(), nth), e);
      }
      runs++;
      refused += run.refused();
      states += run.states();
      ends.merge(end, 1, Integer::sum);
      if (AT >= 0) {
        return;
      }
    }
  }
}
