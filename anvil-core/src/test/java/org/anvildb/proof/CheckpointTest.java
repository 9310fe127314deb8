package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Holds that a checkpoint is the exact state of the database at its moment, that a crash leaves
 * none or a whole one, and that neither harms the other. {@code -Dlong=MINUTES} goes on with more
 * seeds; {@code -Dseed=} repeats what failed.
 */
@ExtendWith(SilentLog.class)
final class CheckpointTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final int CHECKPOINTS_OF_A_SEED = 60;
  private static final long LEAST_CHECKPOINTS = 300;

  /** Nearly what the default seed comes to; others differ. */
  private static final long LEAST_STATES =
      System.getProperty("seed", "").isEmpty() ? 10_000 : 5_000;

  @Test
  void everyCrashLeavesNoCheckpointOrTheWholeOne() {
    long begin = System.nanoTime();
    List<CheckpointRun> played = new ArrayList<>();
    long seed = SEED;
    do {
      CheckpointRun run = new CheckpointRun(seed++);
      run.play(CHECKPOINTS_OF_A_SEED);
      played.add(run);
    } while (played.getLast().violations().isEmpty()
        && (checkpoints(played) < LEAST_CHECKPOINTS || System.nanoTime() - begin < LONG_NANOS));
    long states = played.stream().mapToLong(CheckpointRun::states).sum();
    List<AssertionError> violations = played.getLast().violations();
    System.out.printf(
        "checkpoints: %,d under writes, crashed into %,d states, %,d opened and compared,"
            + " %d violations, seeds %d to %d, %d s%n",
        checkpoints(played),
        states,
        played.stream().mapToLong(CheckpointRun::compared).sum(),
        violations.size(),
        SEED,
        seed - 1,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    if (!violations.isEmpty()) {
      AssertionError first = violations.getFirst();
      violations.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
    assertThat(states).isGreaterThanOrEqualTo(LEAST_STATES);
  }

  @Test
  void anUnsyncedLogInACheckpointIsFound() {
    assertFound(OperationKind.SYNC, ".wal");
  }

  @Test
  void aCheckpointThatIsSeenBeforeItIsWholeIsFound() {
    assertFound(OperationKind.CREATE_DIRECTORY, "");
  }

  /** Holds that a crash finds what is left out, and that the same without that is sound. */
  private static void assertFound(OperationKind left, String suffix) {
    CheckpointRun control = played(Set.of(), suffix);
    assertThat(control.violations()).as("with nothing left out").isEmpty();
    assertThat(played(Set.of(left), suffix).crashViolations()).isPositive();
  }

  private static CheckpointRun played(Set<OperationKind> left, String suffix) {
    CheckpointRun run = new CheckpointRun(SEED);
    run.over(storage -> new CrashSabotage(storage, left, suffix));
    run.play(CHECKPOINTS_OF_A_SEED);
    return run;
  }

  private static long checkpoints(List<CheckpointRun> played) {
    return played.stream().mapToLong(CheckpointRun::copies).sum();
  }
}
