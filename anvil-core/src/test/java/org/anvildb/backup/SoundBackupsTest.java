package org.anvildb.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.anvildb.Anvil;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Database;
import org.anvildb.api.StorageException;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups of damaged tables, and beside damaged backups: what is made can be restored. */
final class SoundBackupsTest {
  private static final int ENTRIES = 2_000;

  /** Larger than a table of these entries needs to have several pages. */
  private static final int VALUE_BYTES = 50;

  @TempDir Path temporary;
  private Path main;
  private Path directory;

  @BeforeEach
  void name() {
    main = temporary.resolve("main");
    directory = temporary.resolve("backups");
  }

  private static byte[] key(int i) {
    return new byte[] {(byte) (i >> 8), (byte) i};
  }

  private static void fill(Database db) {
    for (int i = 0; i < ENTRIES; i++) {
      db.put(key(i), new byte[VALUE_BYTES]);
    }
    db.compact();
  }

  private static Path only(Path directory, String suffix) throws IOException {
    List<Path> found = withSuffix(directory, suffix);
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static List<Path> withSuffix(Path directory, String suffix) throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  /** Returns the stored table: the largest file. */
  private Path storedTable() throws IOException {
    Path largest = directory;
    long most = 0;
    for (Path file : withSuffix(directory, ".bak")) {
      if (Files.size(file) > most) {
        most = Files.size(file);
        largest = file;
      }
    }
    return largest;
  }

  private static void flip(Path file, long at) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.seek(at);
      int old = open.read();
      open.seek(at);
      open.write(old ^ 4);
    }
  }

  private static void cut(Path file, long bytes) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(Files.size(file) - bytes);
    }
  }

  private void assertRefused(BackupDirectory backups, Database db, String says) throws IOException {
    assertThatThrownBy(() -> backups.create(db))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining(".sst")
        .hasMessageContaining(says)
        .hasMessageContaining("restore it from a backup");
    assertThat(backups.list()).isEmpty();
    assertThat(withSuffix(directory, ".bak")).isEmpty();
  }

  private void checkRestored(BackupDirectory backups, long number) {
    Path target = temporary.resolve("restored" + number);
    assertThat(backups.verify(number).findings()).isEmpty();
    backups.restore(number, target);
    assertThat(Anvil.verify(target).findings()).isEmpty();
    try (Database db = Anvil.open(target)) {
      assertThat(db.get(key(ENTRIES - 1))).hasSize(VALUE_BYTES);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64, 40_000})
  void aTableThatWasCutShortIsNoBackup(int bytes) throws IOException {
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(directory)) {
      fill(db);
      cut(only(main, ".sst"), bytes);
      assertRefused(backups, db, "bytes, expected");
    }
  }

  @Test
  void aTableWithARottenPageIsNoBackup() throws IOException {
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(directory)) {
      fill(db);
      flip(only(main, ".sst"), 20_000);
      assertRefused(backups, db, " at 16384: checksum of the page");
    }
  }

  @Test
  void aTableWithARottenEndIsNoBackup() throws IOException {
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(directory)) {
      fill(db);
      Path table = only(main, ".sst");
      long size = Files.size(table);
      flip(table, size - 30);
      assertRefused(backups, db, "checksum of the footer");
      flip(table, size - 30);
      flip(table, size - 66);
      assertRefused(backups, db, "checksum of the page checksums");
      flip(table, size - 66);
      checkRestored(backups, backups.create(db).number());
    }
  }

  @Test
  void aTableThatChangesBeneathTheCopyIsNoBackup() throws IOException {
    MemoryStorage disk = new MemoryStorage();
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(disk, InstantSource.system())) {
      fill(db);
      Path table = only(main, ".sst");
      disk.setHook(
          before(
              OperationKind.CREATE,
              () -> {
                disk.setHook(null);
                flip(table, 20_000);
              }));
      assertThatThrownBy(() -> backups.create(db))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("changed while it was copied");
      assertThat(disk.list()).isEmpty();
    }
  }

  @Test
  void aStoredTableThatRottedIsStoredAgain() throws IOException {
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(directory)) {
      fill(db);
      long first = backups.create(db).number();
      flip(storedTable(), 20_000);
      long second = backups.create(db).number();
      assertThat(backups.verify(first).isClean()).isFalse();
      checkRestored(backups, second);
      int files = withSuffix(directory, ".bak").size();
      BackupInfo third = backups.create(db);
      assertThat(withSuffix(directory, ".bak")).hasSize(files + third.files() - 1);
      checkRestored(backups, third.number());
    }
  }

  @Test
  void aStoredTableThatCantBeReadIsStoredAgain() {
    MemoryStorage disk = new MemoryStorage();
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(disk, InstantSource.system())) {
      fill(db);
      backups.create(db);
      disk.setHook(
          new OperationHook() {
            @Override
            public void before(Operation operation, long index) {
              if (operation.kind() == OperationKind.READ && operation.name().equals("000001.bak")) {
                throw new StorageException("injected", null);
              }
            }
          });
      long second = backups.create(db).number();
      assertThat(backups.verify(second).findings()).isEmpty();
    }
  }

  @Test
  void aSoundStoredTableStandsForALiveOneThatRotted() throws IOException {
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(directory)) {
      fill(db);
      backups.create(db);
      flip(only(main, ".sst"), 20_000);
      checkRestored(backups, backups.create(db).number());
    }
  }

  @Test
  void theNumberOfALostFileIsNotGivenAgain() throws IOException {
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(directory)) {
      fill(db);
      backups.create(db);
      Path lost = withSuffix(directory, ".bak").getLast();
      Files.delete(lost);
      long second = backups.create(db).number();
      assertThat(lost).doesNotExist();
      assertThat(backups.verify(1).findings())
          .singleElement()
          .matches(finding -> finding.problem().contains("missing"));
      checkRestored(backups, second);
    }
  }

  /** What a hook does, which may fail as files do. */
  @FunctionalInterface
  private interface Deed {
    void run() throws IOException;
  }

  private static OperationHook before(OperationKind kind, Deed deed) {
    return new OperationHook() {
      @Override
      public void before(Operation operation, long index) {
        if (operation.kind() == kind) {
          try {
            deed.run();
          } catch (IOException e) {
            throw new StorageException("the hook failed", e);
          }
        }
      }
    };
  }
}
