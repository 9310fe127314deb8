package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Fails every storage operation of each scenario in turn, in each way. What comes of it is a typed
 * exception or success; reads stay right, closing ends and leaves nothing open, and reopening finds
 * all that was synced and no half batch. {@code -Dseed= -Dscenario= -Dway= -Dat=} repeats one, and
 * {@code -Dlong=MINUTES} goes on with more seeds.
 */
@ExtendWith(SilentLog.class)
final class FaultTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final long AT = Long.getLong("at", -1);
  private static final String SCENARIO = System.getProperty("scenario", "");
  private static final String WAY = System.getProperty("way", "");
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final long LEAST_RUNS = 20_000;
  private static final int THREADS = 2;
  private static final int MOST_VIOLATIONS = 5;

  /** What no scenario does: copies alone link files and draft directories. */
  private static final Set<String> NEVER_HIT =
      Set.of("NO_LINK", "NO_CREATE_DIRECTORY", "NO_FREE_BYTES");

  /** What came of all operations of one scenario that failed in one way. */
  private record Outcome(
      FaultScenario scenario,
      FaultRun.Way way,
      long runs,
      long failedSteps,
      long states,
      List<AssertionError> violations) {}

  /** Returns all ways in which a storage fails. */
  static List<FaultRun.Way> ways() {
    Set<OperationKind> all = EnumSet.allOf(OperationKind.class);
    Set<OperationKind> growing =
        EnumSet.of(OperationKind.CREATE, OperationKind.CREATE_MAPPED, OperationKind.APPEND);
    Set<OperationKind> opening =
        EnumSet.of(
            OperationKind.CREATE,
            OperationKind.CREATE_MAPPED,
            OperationKind.MAP,
            OperationKind.MAP_WRITABLE,
            OperationKind.READ,
            OperationKind.LOCK);
    Set<OperationKind> syncing = FaultRun.SYNCS;
    List<FaultRun.Way> ways = new ArrayList<>();
    for (boolean sticky : new boolean[] {false, true}) {
      String times = sticky ? "_STICKY" : "_ONCE";
      ways.add(new FaultRun.Way("IO" + times, all, new Fault.IoFailure(), sticky));
      ways.add(new FaultRun.Way("NO_SPACE" + times, all, new Fault.NoSpace(), sticky));
      ways.add(new FaultRun.Way("SHORT_WRITE" + times, all, new Fault.ShortWrite(), sticky));
      ways.add(new FaultRun.Way("NO_FILES" + times, all, new Fault.TooManyOpenFiles(), sticky));
      Set<OperationKind> reading = EnumSet.of(OperationKind.READ);
      ways.add(new FaultRun.Way("SHORT_READ" + times, reading, new Fault.ShortRead(), sticky));
    }
    ways.add(new FaultRun.Way("DISK_FULL", growing, new Fault.ShortWrite(), true));
    ways.add(new FaultRun.Way("NO_DESCRIPTORS", opening, new Fault.TooManyOpenFiles(), true));
    ways.add(new FaultRun.Way("NO_SYNCS", syncing, new Fault.IoFailure(), true));
    ways.add(new FaultRun.Way("LOST_SYNC", syncing, null, false));
    for (OperationKind kind : OperationKind.values()) {
      Set<OperationKind> one = EnumSet.of(kind);
      ways.add(new FaultRun.Way("NO_" + kind, one, new Fault.IoFailure(), true));
    }
    return ways;
  }

  @Test
  void everyOperationMayFailInEveryWay() throws Exception {
    long begin = System.nanoTime();
    List<Outcome> outcomes = new ArrayList<>();
    long seed = SEED;
    do {
      outcomes.addAll(runAll(seed++));
    } while (!isReplay()
        && outcomes.stream().allMatch(outcome -> outcome.violations().isEmpty())
        && System.nanoTime() - begin < LONG_NANOS);
    Arrays.stream(FaultScenario.values()).forEach(scenario -> print(scenario, outcomes));
    List<AssertionError> violations =
        outcomes.stream().flatMap(outcome -> outcome.violations().stream()).toList();
    long runs = outcomes.stream().mapToLong(Outcome::runs).sum();
    System.out.printf(
        "faults: %,d runs in %d ways, %,d failed steps, %,d states checked, %d violations,"
            + " seeds %d to %d, %d s%n",
        runs,
        ways().size(),
        outcomes.stream().mapToLong(Outcome::failedSteps).sum(),
        outcomes.stream().mapToLong(Outcome::states).sum(),
        violations.size(),
        SEED,
        seed - 1,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    Violations.throwFirst(violations);
    if (!isReplay()) {
      ProofTable.record(ProofTable.Row.FAULTS, runs);
      assertThat(runs).as("runs").isGreaterThanOrEqualTo(LEAST_RUNS);
      assertThat(ways().stream().filter(way -> hits(way, outcomes) == 0).map(FaultRun.Way::name))
          .as("ways that hit nothing")
          .containsExactlyInAnyOrderElementsOf(NEVER_HIT);
    }
  }

  /** Returns how many runs of a way met their operation: of each scenario all but the last. */
  private static long hits(FaultRun.Way way, List<Outcome> outcomes) {
    return outcomes.stream()
        .filter(outcome -> outcome.way().name().equals(way.name()))
        .mapToLong(outcome -> outcome.runs() - 1)
        .sum();
  }

  private static boolean isReplay() {
    return AT >= 0 || !SCENARIO.isEmpty() || !WAY.isEmpty();
  }

  private static void print(FaultScenario scenario, List<Outcome> outcomes) {
    List<Outcome> own = outcomes.stream().filter(one -> one.scenario() == scenario).toList();
    System.out.printf(
        "faults: %s: %,d runs, %,d failed steps%n",
        scenario,
        own.stream().mapToLong(Outcome::runs).sum(),
        own.stream().mapToLong(Outcome::failedSteps).sum());
  }

  private static List<Outcome> runAll(long seed) throws Exception {
    List<Future<Outcome>> futures = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      for (FaultScenario scenario : FaultScenario.values()) {
        for (FaultRun.Way way : ways()) {
          if ((SCENARIO.isEmpty() || SCENARIO.equals(scenario.name()))
              && (WAY.isEmpty() || WAY.equals(way.name()))) {
            futures.add(threads.submit(() -> runAll(scenario, way, seed)));
          }
        }
      }
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (Future<Outcome> future : futures) {
      outcomes.add(future.get());
    }
    return outcomes;
  }

  private static Outcome runAll(FaultScenario scenario, FaultRun.Way way, long seed) {
    long failed = 0;
    long states = 0;
    long nth = Math.max(0, AT);
    List<AssertionError> violations = new ArrayList<>();
    boolean hit = true;
    while (hit && violations.size() < MOST_VIOLATIONS) {
      FaultRun run = new FaultRun(scenario, seed);
      try {
        hit = run.play(way, nth);
      } catch (RuntimeException | Error e) {
        violations.add(
            new AssertionError(
                "-Dseed=%d -Dscenario=%s -Dway=%s -Dat=%d".formatted(seed, scenario, way, nth), e));
      }
      failed += run.failedSteps();
      states += run.states();
      nth++;
      hit &= AT < 0;
    }
    return new Outcome(scenario, way, nth - Math.max(0, AT), failed, states, violations);
  }
}
