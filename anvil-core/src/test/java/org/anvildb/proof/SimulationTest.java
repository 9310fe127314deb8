package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Plays many simulations, each twice, which must come to the same trace. {@code -Dseed=} repeats
 * one, {@code -Dlong=MINUTES} goes on with more.
 */
@ExtendWith(SilentLog.class)
final class SimulationTest {
  private static final long SEED = Long.getLong("seed", -1);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final int SEEDS = 2_000;
  private static final int SEEDS_AT_A_TIME = 100;
  private static final int THREADS = 2;
  private static final int MOST_VIOLATIONS = 5;

  private record Outcome(
      long seed, long failedSteps, long crashes, long nestedReads, AssertionError violation) {}

  @Test
  void everySimulationKeepsWhatIsPromisedAndCanBeRepeated() throws Exception {
    long begin = System.nanoTime();
    List<Outcome> outcomes = new ArrayList<>();
    if (SEED >= 0) {
      outcomes.add(playTwice(SEED));
    } else {
      do {
        outcomes.addAll(playSome(outcomes.size() + 1L));
      } while (violations(outcomes).size() < MOST_VIOLATIONS
          && (outcomes.size() < SEEDS || System.nanoTime() - begin < LONG_NANOS));
    }
    List<AssertionError> violations = violations(outcomes);
    long crashes = outcomes.stream().mapToLong(Outcome::crashes).sum();
    long failed = outcomes.stream().mapToLong(Outcome::failedSteps).sum();
    long reads = outcomes.stream().mapToLong(Outcome::nestedReads).sum();
    System.out.printf(
        "simulation: %,d seeds, each twice, %,d crashes, %,d failed steps, %,d reads in the middle"
            + " of other calls, %d violations, %d s%n",
        outcomes.size(),
        crashes,
        failed,
        reads,
        violations.size(),
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    if (!violations.isEmpty()) {
      AssertionError first = violations.getFirst();
      violations.stream().skip(1).limit(MOST_VIOLATIONS).forEach(first::addSuppressed);
      throw first;
    }
    if (SEED < 0) {
      ProofTable.record(ProofTable.Row.SIMULATION, outcomes.size());
      assertThat(outcomes).hasSizeGreaterThanOrEqualTo(SEEDS);
      assertThat(crashes).isGreaterThan(3L * SEEDS);
      assertThat(failed).isGreaterThan(SEEDS);
      assertThat(reads).isGreaterThan(SEEDS);
    }
  }

  @ParameterizedTest
  @CsvSource({"FORCE, .wal", "SYNC, .sst", "SYNC, MANIFEST", "SYNC_DIRECTORY, ''"})
  void aSyncThatIsLeftOutIsFound(OperationKind kind, String suffix) {
    for (long seed = 1; seed < SEEDS; seed++) {
      assertThat(violations(seed, EnumSet.noneOf(OperationKind.class), suffix)).isEmpty();
      if (!violations(seed, EnumSet.of(kind), suffix).isEmpty()) {
        System.out.printf("simulation: no %s of %s: found by seed %d%n", kind, suffix, seed);
        return;
      }
    }
    fail("no simulation misses the " + kind + " of " + suffix);
  }

  private static List<Throwable> violations(
      long seed, EnumSet<OperationKind> leftOut, String suffix) {
    var run = new SimulationRun(seed, storage -> new CrashSabotage(storage, leftOut, suffix));
    run.play();
    return run.violations();
  }

  private static List<AssertionError> violations(List<Outcome> outcomes) {
    return outcomes.stream()
        .map(Outcome::violation)
        .filter(violation -> violation != null)
        .toList();
  }

  private static List<Outcome> playSome(long firstSeed) throws Exception {
    List<Future<Outcome>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (long seed = firstSeed; seed < firstSeed + SEEDS_AT_A_TIME; seed++) {
        long own = seed;
        futures.add(threads.submit(() -> playTwice(own)));
      }
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (Future<Outcome> future : futures) {
      outcomes.add(future.get());
    }
    return outcomes;
  }

  private static Outcome playTwice(long seed) {
    SimulationRun first = new SimulationRun(seed);
    SimulationRun second = new SimulationRun(seed);
    long trace = first.play();
    long again = second.play();
    AssertionError violation = null;
    if (!first.violations().isEmpty()) {
      violation = new AssertionError("-Dseed=" + seed, first.violations().getFirst());
    } else if (trace != again) {
      violation = new AssertionError("-Dseed=" + seed + ": two runs of it differ");
    }
    return new Outcome(seed, first.failedSteps(), first.crashes(), first.nestedReads(), violation);
  }
}
