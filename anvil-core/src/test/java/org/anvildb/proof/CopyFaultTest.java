package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.backup.BackupDirectory;
import org.anvildb.backup.BackupInfo;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;

/**
 * Fails each storage operation of a checkpoint and of a backup: the database goes on writing, and
 * the next copy is made as if nothing had been tried.
 */
final class CopyFaultTest {
  private static final List<Fault> FAULTS =
      List.of(new Fault.IoFailure(), new Fault.NoSpace(), new Fault.ShortWrite());
  private static final int KEYS = 60;
  private static final int LEAST_CHECKPOINT_RUNS = 100;
  private static final int LEAST_BACKUP_RUNS = 200;

  private final MemoryStorage memory = new MemoryStorage(Arena::ofConfined);
  private final FaultyStorage faulty = new FaultyStorage(memory);
  private final Random random = new Random(3);
  private int written;

  private Database open() {
    return Anvil.open(
        faulty, new InlineScheduler(new Random(1)), new Random(2), CrashRun.options(4 << 10));
  }

  private static byte[] key(int number) {
    return new byte[] {(byte) number};
  }

  private void write(Database db) {
    for (int i = 0; i < KEYS; i++) {
      byte[] value = new byte[100];
      random.nextBytes(value);
      value[0] = (byte) written;
      db.put(key(i), value, Durability.OS);
    }
    written++;
  }

  private void check(Database copy) {
    for (int i = 0; i < KEYS; i++) {
      assertThat(copy.get(key(i))).isNotNull().startsWith(written - 1);
    }
    assertThat(copy.verify().findings()).isEmpty();
  }

  private void checkCopy(String directory) {
    try (Database copy =
        Anvil.open(
            memory.directory(directory),
            new InlineScheduler(new Random(1)),
            new Random(2),
            CrashRun.options(4 << 10).toBuilder().createIfMissing(false).build())) {
      check(copy);
    }
    memory.directory(directory).list().forEach(memory.directory(directory)::delete);
  }

  /** Fails the operations of an action one by one, until one try has no more; returns how many. */
  private int failEach(Database db, Fault fault, Consumer<Database> action) {
    for (int nth = 0; true; nth++) {
      faulty.inject(new FaultPlan(EnumSet.allOf(OperationKind.class), nth, fault, false));
      boolean failed = false;
      try {
        action.accept(db);
      } catch (AnvilException e) {
        failed = true;
      }
      boolean hit = faulty.hits() > 0;
      faulty.inject(null);
      assertThat(db.health()).as("operation %d", nth).isInstanceOf(Health.Healthy.class);
      if (!hit) {
        assertThat(failed).isFalse();
        return nth;
      }
      write(db);
    }
  }

  @Test
  void aFailedCheckpointHarmsNothing() {
    int runs = 0;
    try (Database db = open()) {
      write(db);
      for (Fault fault : FAULTS) {
        runs +=
            failEach(
                db,
                fault,
                one -> {
                  String directory = "copy" + memory.operations();
                  one.checkpoint(Path.of(directory));
                  checkCopy(directory);
                });
      }
      check(db);
    }
    System.out.printf("faults of checkpoints: %d operations failed, 0 violations%n", runs);
    assertThat(runs).isGreaterThanOrEqualTo(LEAST_CHECKPOINT_RUNS);
  }

  @Test
  void aFailedBackupHarmsNothing() {
    try (DirectoryDraft draft = memory.draft(Path.of("backups"))) {
      draft.publish();
    }
    FaultyStorage files = new FaultyStorage(memory.directory("backups"));
    int runs = 0;
    try (Database db = open();
        BackupDirectory backups = BackupDirectory.open(files, InstantSource.system())) {
      write(db);
      for (Fault fault : FAULTS) {
        for (int nth = 0; true; nth++) {
          List<BackupInfo> before = backups.list();
          files.inject(new FaultPlan(EnumSet.allOf(OperationKind.class), nth, fault, false));
          boolean failed = false;
          try {
            backups.create(db);
          } catch (AnvilException e) {
            failed = true;
            assertThat(files.hits()).isPositive();
          }
          boolean hit = files.hits() > 0;
          files.inject(null);
          if (failed) {
            assertThat(backups.list()).as("operation %d", nth).isEqualTo(before);
          }
          assertThat(db.health()).isInstanceOf(Health.Healthy.class);
          assertThat(backups.verify().findings()).as("operation %d", nth).isEmpty();
          BackupInfo made = backups.create(db);
          backups.restore(made.number(), Path.of("restored"));
          checkCopy("restored");
          backups.prune(2);
          write(db);
          if (!hit) {
            runs += nth;
            break;
          }
        }
      }
    }
    System.out.printf("faults of backups: %d operations failed, 0 violations%n", runs);
    assertThat(runs).isGreaterThanOrEqualTo(LEAST_BACKUP_RUNS);
  }
}
