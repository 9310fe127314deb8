package org.anvildb.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Objects;
import java.util.Random;
import org.anvildb.api.AnvilException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Crashes at every operation of a run of commits and rotations, and again in the recovery: what was
 * acknowledged is there, and nothing else but the commit that was under way.
 */
final class ManifestCrashTest {
  private static final int COMMITS = 330;
  private static final long ROTATE_BYTES = 1;

  /** What a run got to before it failed. */
  private static final class Run {
    private @Nullable Version acknowledged;
    private @Nullable Version underWay;
    private long manifests;
  }

  @Test
  void everyCrashLeavesTheLastAcknowledgedVersionOrTheOneUnderWay() {
    CrashingStorage whole = new CrashingStorage();
    Run all = run(whole, 0);
    assertThat(all.manifests).isGreaterThan(100);
    for (int at = 0; at <= whole.operations(); at++) {
      long seed = at;
      Random random = new Random(seed);
      CrashingStorage storage = new CrashingStorage();
      storage.failAt(at);
      Run run = run(storage, 0);
      CrashingStorage crashed = storage.crash(random);
      Version recovered = recover(crashed, run, "operation " + at);
      if (recovered != null) {
        crashInRecovery(crashed, recovered, random, "operation " + at);
      }
    }
  }

  private static @Nullable Version recover(CrashingStorage storage, Run run, String what) {
    RecoveredVersion read = ManifestReader.read(storage);
    if (read == null) {
      assertThat(run.acknowledged).as(what).isNull();
      return null;
    }
    Version version = withoutNumbers(read.version());
    if (run.acknowledged == null || !version.equals(withoutNumbers(run.acknowledged))) {
      assertThat(version).as(what).isEqualTo(withoutNumbers(Objects.requireNonNull(run.underWay)));
    }
    return read.version();
  }

  private static void crashInRecovery(
      CrashingStorage crashed, Version recovered, Random random, String what) {
    int at = random.nextInt(16);
    crashed.failAt(crashed.operations() + at);
    try {
      VersionLog.start(crashed, recovered);
    } catch (AnvilException e) {
      assertThat(e).hasMessage("failed on purpose");
    }
    RecoveredVersion again =
        Objects.requireNonNull(ManifestReader.read(crashed.crash(random)), what);
    assertThat(withoutNumbers(again.version())).as(what).isEqualTo(withoutNumbers(recovered));
    assertThat(again.version().nextFile()).isGreaterThanOrEqualTo(recovered.nextFile());
  }

  private static Run run(CrashingStorage storage, long seed) {
    Run run = new Run();
    Random random = new Random(seed);
    run.underWay = TestTables.initial();
    try (VersionLog log = VersionLog.start(storage, run.underWay, ROTATE_BYTES)) {
      run.acknowledged = log.current();
      long manifest = 0;
      for (int i = 0; i < COMMITS; i++) {
        var edits = TestTables.randomEdits(log.current(), random);
        run.underWay = log.current().apply(edits);
        run.acknowledged = log.commit(edits);
        if (log.manifestNumber() != manifest) {
          manifest = log.manifestNumber();
          run.manifests++;
        }
        if (i % 3 == 0) {
          shrink(log, run);
        }
      }
    } catch (AnvilException e) {
      assertThat(e).hasMessage("failed on purpose");
    }
    return run;
  }

  /** Empties the keyspaces now and then, so that snapshots stay small and rotations frequent. */
  private static void shrink(VersionLog log, Run run) {
    var edits = new ArrayList<VersionEdit>();
    for (KeyspaceVersion keyspace : log.current().keyspaces()) {
      if (keyspace.id() != KeyspaceVersion.DEFAULT_ID) {
        edits.add(new VersionEdit.DropKeyspace(keyspace.id()));
        continue;
      }
      for (int level = 0; level < Levels.COUNT; level++) {
        for (var table : keyspace.levels().tables(level)) {
          edits.add(new VersionEdit.RemoveTable(keyspace.id(), level, table.number()));
        }
      }
    }
    run.underWay = log.current().apply(edits);
    run.acknowledged = log.commit(edits);
  }

  private static Version withoutNumbers(Version version) {
    return new Version(
        version.databaseId(),
        version.hashSeed(),
        version.keyspaces(),
        0,
        version.nextKeyspace(),
        version.walFloor(),
        version.lastSequence());
  }
}
