package org.anvildb.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.anvildb.storage.sim.Fault;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Fails every storage operation of a scenario in turn. What comes of it is a typed exception or
 * success; reads stay right, closing ends, and reopening finds all that was synced and no half
 * batch. {@code -Dseed= -Dat=} repeats one.
 */
final class FaultTest {
  /** A way to fail. */
  record Way(Fault fault, boolean sticky) {}

  private static final long SEED = Long.getLong("seed", 1);
  private static final long AT = Long.getLong("at", -1);
  private static final int MOST_VIOLATIONS = 5;

  private final Logger log = Logger.getLogger("org.anvildb");

  @BeforeEach
  void silence() {
    log.setLevel(Level.OFF);
  }

  @AfterEach
  void speak() {
    log.setLevel(null);
  }

  static List<Way> ways() {
    List<Way> ways = new ArrayList<>();
    for (boolean sticky : new boolean[] {false, true}) {
      ways.add(new Way(new Fault.IoFailure(), sticky));
      ways.add(new Way(new Fault.NoSpace(), sticky));
      ways.add(new Way(new Fault.ShortWrite(), sticky));
      ways.add(new Way(new Fault.TooManyOpenFiles(), sticky));
    }
    return ways;
  }

  @ParameterizedTest
  @MethodSource("ways")
  void everyOperationMayFail(Way way) {
    runAll(way.toString(), (run, nth) -> run.play(nth, way.fault(), way.sticky()));
  }

  @Test
  void everySyncMayFailAndLoseItsPages() {
    runAll("lost sync", FaultRun::playLostSync);
  }

  private static void runAll(String way, BiPredicate<FaultRun, Long> play) {
    long failed = 0;
    long states = 0;
    long nth = Math.max(0, AT);
    List<AssertionError> violations = new ArrayList<>();
    boolean hit = true;
    while (hit && violations.size() < MOST_VIOLATIONS) {
      FaultRun run = new FaultRun(SEED);
      try {
        hit = play.test(run, nth);
      } catch (RuntimeException | Error e) {
        violations.add(new AssertionError("%s, -Dseed=%d -Dat=%d".formatted(way, SEED, nth), e));
      }
      failed += run.failedSteps();
      states += run.states();
      nth++;
      hit &= AT < 0;
    }
    System.out.printf(
        "faults: %s: %,d runs, %,d failed steps, %,d states checked, %d violations%n",
        way, nth - Math.max(0, AT), failed, states, violations.size());
    if (!violations.isEmpty()) {
      AssertionError first = violations.getFirst();
      violations.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }
}
