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
 * Holds that a backup gives back the exact state of the database at its moment, and that a crash
 * while it is made or deleted leaves none or a whole one. {@code -Dlong=MINUTES} goes on with more
 * seeds; {@code -Dseed=} repeats what failed.
 */
@ExtendWith(SilentLog.class)
final class BackupTest {
  private static final long SEED = Long.getLong("seed", 1);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final int BACKUPS_OF_A_SEED = 40;
  private static final long LEAST_BACKUPS = 160;

  /** Nearly what the default seed comes to; others differ. */
  private static final long LEAST_STATES =
      System.getProperty("seed", "").isEmpty() ? 11_400 : 3_000;

  @Test
  void everyCrashLeavesNoBackupOrTheWholeOne() {
    long begin = System.nanoTime();
    List<CopyScript> played = new ArrayList<>();
    long seed = SEED;
    do {
      BackupRun run = new BackupRun(seed++);
      run.play(BACKUPS_OF_A_SEED);
      played.add(run);
    } while (played.getLast().violations().isEmpty()
        && (backups(played) < LEAST_BACKUPS || System.nanoTime() - begin < LONG_NANOS));
    long states = played.stream().mapToLong(CopyScript::states).sum();
    List<AssertionError> violations = played.getLast().violations();
    System.out.printf(
        "backups: %,d under writes, crashed into %,d states, %,d restored and compared,"
            + " %d violations, seeds %d to %d, %d s%n",
        backups(played),
        states,
        played.stream().mapToLong(CopyScript::compared).sum(),
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

  /** Holds that a crash finds what is left out, and that the same without that is sound. */
  private static void assertFound(OperationKind left, String suffix) {
    BackupRun control = played(Set.of(), suffix);
    assertThat(control.violations()).as("with nothing left out").isEmpty();
    assertThat(played(Set.of(left), suffix).crashViolations()).isPositive();
  }

  private static BackupRun played(Set<OperationKind> left, String suffix) {
    BackupRun run = new BackupRun(SEED);
    run.overBackups(storage -> new CrashSabotage(storage, left, suffix));
    run.play(BACKUPS_OF_A_SEED);
    return run;
  }

  private static long backups(List<CopyScript> played) {
    return played.stream().mapToLong(CopyScript::copies).sum();
  }
}
