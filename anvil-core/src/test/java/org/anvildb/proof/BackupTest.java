package org.anvildb.proof;

import java.util.Set;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Holds that a backup gives back the exact state of the database at its moment, and that a crash
 * while it is made or deleted leaves none or a whole one. {@code -Dlong=MINUTES} goes on with more
 * seeds; {@code -Dseed=} repeats what failed.
 */
@ExtendWith(SilentLog.class)
final class BackupTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final int BACKUPS_OF_A_SEED = 40;
  private static final long LEAST_BACKUPS = 160;

  /** Nearly what the default seed comes to; others differ. */
  private static final long LEAST_STATES =
      System.getProperty("seed", "").isEmpty() ? 11_400 : 3_000;

  @Test
  void everyCrashLeavesNoBackupOrTheWholeOne() {
    new CopySuite(
            "backups", "restored", BackupRun::new, BACKUPS_OF_A_SEED, LEAST_BACKUPS, LEAST_STATES)
        .play(SEED);
  }

  @Test
  void unsyncedFilesOfABackupAreFound() {
    assertFound(OperationKind.SYNC, ".bak");
  }

  @Test
  void aManifestThatIsNotSyncedIsFound() {
    assertFound(OperationKind.SYNC, "BACKUP.tmp");
  }

  @Test
  void aDirectoryThatIsNotSyncedIsFound() {
    assertFound(OperationKind.SYNC_DIRECTORY, "");
  }

  private static void assertFound(OperationKind left, String suffix) {
    CopySuite.assertFound(() -> played(Set.of(), suffix), () -> played(Set.of(left), suffix));
  }

  private static BackupRun played(Set<OperationKind> left, String suffix) {
    BackupRun run = new BackupRun(SEED);
    run.overBackups(storage -> new CrashSabotage(storage, left, suffix));
    run.play(BACKUPS_OF_A_SEED);
    return run;
  }
}
