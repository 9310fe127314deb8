package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Holds that whatever a user's storage or scheduler throws, at any of its calls, leads to a refused
 * write or a poisoned database with its cause, never to wrong data or to a wait without end.
 */
@ExtendWith(SilentLog.class)
final class UserCodeFailureTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int MIN_RUNS = MINUTES > 0 ? 100_000 : 3_000;

  private static final List<Supplier<Throwable>> FAILURES =
      List.of(
          () -> new OutOfMemoryError("Java heap space (injected)"),
          () -> new StackOverflowError("too deep (injected)"),
          () -> new UnsupportedOperationException("a user's mistake (injected)"));

  private long runs;
  private long refused;
  private long poisoned;

  @Test
  void whateverUsersCodeThrowsIsToldAndHarmsNothing() {
    for (long seed = SEED; runs < MIN_RUNS; seed++) {
      for (int kind = 0; kind < FAILURES.size(); kind++) {
        for (boolean isSticky : new boolean[] {false, true}) {
          all(seed, kind, isSticky, true);
          all(seed, kind, isSticky, false);
        }
      }
    }
    System.out.printf(
        "failures of users' code: %,d runs, %,d calls refused, %,d of them poisoned,"
            + " 0 violations%n",
        runs, refused, poisoned);
    ProofTable.record(ProofTable.Row.FAILING_CODE, runs);
    assertThat(runs).isGreaterThanOrEqualTo(MIN_RUNS);
    assertThat(refused).isPositive();
    assertThat(poisoned).isPositive();
  }

  /** Fails each call of one life. */
  private void all(long seed, int kind, boolean isSticky, boolean isStorage) {
    boolean isHit = true;
    for (int nth = 0; isHit; nth++) {
      try {
        FailureRun run = new FailureRun(seed, FAILURES.get(kind));
        isHit = isStorage ? run.playStorage(nth, isSticky) : run.playScheduler(nth, isSticky);
        runs++;
        refused += run.refused();
        poisoned += run.poisoned();
      } catch (RuntimeException | Error e) {
        throw new AssertionError(
            String.format(
                "-Dseed=%d, failure %d, sticky %b, storage %b, call %d",
                seed, kind, isSticky, isStorage, nth),
            e);
      }
    }
  }
}
