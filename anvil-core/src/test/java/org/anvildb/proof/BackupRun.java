package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.anvildb.backup.BackupDirectory;
import org.anvildb.backup.BackupInfo;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.MemoryStorage;

/**
 * Backups under writes, made and deleted: after a crash the one that was being made or deleted is
 * not there or whole, and the others are whole.
 */
final class BackupRun extends CopyScript {
  private static final String DIRECTORY = "backups";
  private static final String RESTORED = "restored";
  private static final int MOST = 4;

  private final Map<Long, CrashHistory.Moment> made = new TreeMap<>();

  /** Those that a crash may leave or not: the one that is being made, or deleted. */
  private final Map<Long, CrashHistory.Moment> unsettled = new TreeMap<>();

  private UnaryOperator<Storage> layerOfBackups = UnaryOperator.identity();
  private long next = 1;

  BackupRun(long seed) {
    super(seed);
  }

  /** Puts a layer between the backups and their storage. */
  void overBackups(UnaryOperator<Storage> layer) {
    layerOfBackups = layer;
  }

  @Override
  void begin() {
    try (DirectoryDraft draft = run().storage().draft(Path.of(DIRECTORY))) {
      draft.publish();
    }
  }

  private BackupDirectory backups(MemoryStorage disk) {
    Storage files = layerOfBackups.apply(disk.directory(DIRECTORY));
    return BackupDirectory.open(files, InstantSource.system());
  }

  @Override
  void copy() {
    CrashHistory.Moment moment = run().history().moment();
    unsettled.put(next, moment);
    crashing(() -> {
      try (BackupDirectory backups = backups(run().storage())) {
        BackupInfo info = run().backup(backups);
        assertThat(info.number()).isEqualTo(next);
        assertThat(info.lastSequence()).isEqualTo(moment.batches());
        settle();
      }
    });
    next++;
    if (made.size() > run().draw(MOST) + 1) {
      delete();
    }
    restore(run().storage(), moment);
  }

  /** From here on what was being made is there, whatever happens. */
  private void settle() {
    made.putAll(unsettled);
    unsettled.clear();
  }

  private void delete() {
    List<Long> numbers = new ArrayList<>(made.keySet());
    long victim = numbers.get(run().draw(numbers.size() - 1));
    unsettled.put(victim, made.remove(victim));
    crashing(() -> {
      try (BackupDirectory backups = backups(run().storage())) {
        assertThat(backups.delete(victim)).isTrue();
        unsettled.clear();
      }
    });
  }

  /** Restores the newest backup beside the database, and goes on with a copy of that. */
  private void restore(MemoryStorage disk, CrashHistory.Moment moment) {
    try (BackupDirectory backups = backups(disk)) {
      assertThat(backups.verify().findings()).isEmpty();
      backups.restore(next - 1, Path.of(RESTORED));
    }
    Storage restored = disk.directory(RESTORED);
    use(restored, moment);
    restored.list().forEach(restored::delete);
    restored.syncDirectory();
  }

  @Override
  void check(MemoryStorage disk) {
    try (BackupDirectory backups = BackupDirectory.open(disk.directory(DIRECTORY), clock())) {
      List<Long> found = backups.list().stream().map(BackupInfo::number).toList();
      assertThat(backups.verify().findings()).isEmpty();
      assertThat(found).containsAll(made.keySet());
      List<Long> others = new ArrayList<>(found);
      others.removeAll(made.keySet());
      assertThat(unsettled.keySet()).containsAll(others);
      List<Long> chosen = new ArrayList<>(others);
      if (!made.isEmpty()) {
        chosen.add(List.copyOf(made.keySet()).get(random().nextInt(made.size())));
      }
      for (long number : chosen) {
        backups.restore(number, Path.of(RESTORED + number));
        CrashHistory.Moment moment = made.get(number);
        open(disk.directory(RESTORED + number), moment == null ? unsettled.get(number) : moment);
      }
      if (random().nextInt(4) == 0) {
        BackupInfo[] info = new BackupInfo[1];
        CrashHistory.Moment again = reopened(disk, db -> info[0] = backups.create(db));
        backups.restore(info[0].number(), Path.of("again"));
        open(disk.directory("again"), again);
        assertThat(backups.verify().findings()).isEmpty();
      }
    }
  }

  private static InstantSource clock() {
    return InstantSource.system();
  }
}
