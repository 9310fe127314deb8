package org.anvildb.proof;

import java.util.Set;
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
  private static final int CHECKPOINTS_OF_A_SEED = 60;
  private static final long LEAST_CHECKPOINTS = 300;

  /** Nearly what the default seed comes to; others differ. */
  private static final long LEAST_STATES =
      System.getProperty("seed", "").isEmpty() ? 10_000 : 5_000;

  @Test
  void everyCrashLeavesNoCheckpointOrTheWholeOne() {
    new CopySuite(
            "checkpoints",
            "opened",
            CheckpointRun::new,
            CHECKPOINTS_OF_A_SEED,
            LEAST_CHECKPOINTS,
            LEAST_STATES)
        .play(SEED);
  }

  @Test
  void anUnsyncedLogInACheckpointIsFound() {
    assertFound(OperationKind.SYNC, ".wal");
  }

  @Test
  void aCheckpointThatIsSeenBeforeItIsWholeIsFound() {
    assertFound(OperationKind.CREATE_DIRECTORY, "");
  }

  private static void assertFound(OperationKind left, String suffix) {
    CopySuite.assertFound(() -> played(Set.of(), suffix), () -> played(Set.of(left), suffix));
  }

  private static CheckpointRun played(Set<OperationKind> left, String suffix) {
    CheckpointRun run = new CheckpointRun(SEED);
    run.over(storage -> new CrashSabotage(storage, left, suffix));
    run.play(CHECKPOINTS_OF_A_SEED);
    return run;
  }
}
