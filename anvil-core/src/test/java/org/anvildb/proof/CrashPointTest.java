package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.anvildb.storage.sim.CrashMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Crashes the whole database at every storage operation of all scenarios, in ten modes, and inside
 * recovery. {@code -Dlong=MINUTES} goes on with more seeds; {@code -Dseed= -Dscenario= -Dat=
 * -Dmode=} repeats what failed.
 */
@ExtendWith(SilentLog.class)
final class CrashPointTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final String SCENARIO = System.getProperty("scenario", "");
  private static final int THREADS = 2;

  /** Nearly what the default seed comes to; others differ. */
  private static final boolean IS_DEFAULT = System.getProperty("seed", "").isEmpty();

  private static final long LEAST_STATES = IS_DEFAULT ? 115_000 : 100_000;
  private static final long LEAST_NESTED = IS_DEFAULT ? 8_000 : 5_000;

  @Test
  void everyCrashLeavesAPrefixOfHistoryWithAllThatWasSynced() throws Exception {
    long begin = System.nanoTime();
    List<CrashPoints> played = new ArrayList<>();
    long seed = SEED;
    boolean isReplay = !SCENARIO.isEmpty();
    do {
      played.addAll(playAll(seed++));
    } while (!isReplay && violations(played).isEmpty() && System.nanoTime() - begin < LONG_NANOS);
    List<AssertionError> violations = violations(played);
    System.out.printf(
        "crash states: %,d (of which %,d inside recovery) of %d scenarios, %,d violations,"
            + " seeds %d to %d, %d s%n",
        states(played),
        nestedStates(played),
        CrashScenario.values().length,
        violations.size(),
        SEED,
        seed - 1,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    Violations.throwFirst(violations);
    if (!isReplay) {
      assertThat(states(played)).as("crash states").isGreaterThanOrEqualTo(LEAST_STATES);
      ProofTable.record(ProofTable.Row.CRASH_STATES, states(played));
      ProofTable.record(ProofTable.Row.CRASHES_IN_RECOVERY, nestedStates(played));
      assertThat(nestedStates(played)).as("of them nested").isGreaterThanOrEqualTo(LEAST_NESTED);
    }
  }

  private static List<CrashPoints> playAll(long seed) throws Exception {
    List<Future<CrashPoints>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (CrashScenario scenario : CrashScenario.values()) {
        if (SCENARIO.isEmpty() || SCENARIO.equals(scenario.name())) {
          futures.add(threads.submit(() -> play(scenario, seed)));
        }
      }
    }
    List<CrashPoints> played = new ArrayList<>();
    for (Future<CrashPoints> future : futures) {
      try {
        played.add(future.get());
      } catch (ExecutionException e) {
        throw new AssertionError("seed " + seed, e.getCause());
      }
    }
    return played;
  }

  /** Stays on one thread from begin to end, as the memory of its storages does. */
  private static CrashPoints play(CrashScenario scenario, long seed) {
    String mode = System.getProperty("mode", "");
    CrashPoints points =
        new CrashPoints(
            scenario,
            seed,
            new CrashPoints.Selection(
                Long.getLong("at", -1), mode.isEmpty() ? null : CrashMode.valueOf(mode)));
    points.play();
    return points;
  }

  private static List<AssertionError> violations(List<CrashPoints> played) {
    return played.stream().flatMap(points -> points.violations().stream()).toList();
  }

  private static long nestedStates(List<CrashPoints> played) {
    return played.stream().mapToLong(CrashPoints::nestedStates).sum();
  }

  private static long states(List<CrashPoints> played) {
    return played.stream().mapToLong(CrashPoints::states).sum();
  }
}
