package org.anvildb.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.anvildb.Anvil;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Database;
import org.anvildb.api.LockedException;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.StorageException;
import org.anvildb.api.VerifyReport;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups on a real file system: what is shared, what is refused, what is deleted. */
final class BackupDirectoryTest {
  @TempDir Path temporary;
  private Path main;
  private Path directory;

  @BeforeEach
  void name() {
    main = temporary.resolve("main");
    directory = temporary.resolve("backups");
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private static void fill(Database db, int from, int to) {
    for (int i = from; i < to; i++) {
      db.put(bytes(i >> 8, i), bytes(i, i, i));
    }
  }

  private Set<String> stored() throws IOException {
    try (var files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".bak"))
          .collect(Collectors.toSet());
    }
  }

  private void check(Path restored, int entries) {
    assertThat(Anvil.verify(restored).findings()).isEmpty();
    try (Database db = Anvil.open(restored)) {
      for (int i = 0; i < entries; i++) {
        assertThat(db.get(bytes(i >> 8, i))).isEqualTo(bytes(i, i, i));
      }
      assertThat(db.contains(bytes(entries >> 8, entries))).isFalse();
    }
  }

  /** Makes two backups, of 300 and of 500 entries, that share a table. */
  private void makeTwo() throws IOException {
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(directory)) {
      fill(db, 0, 300);
      db.compact();
      BackupInfo first = backups.create(db);
      int before = stored().size();
      assertThat(first.number()).isEqualTo(1);
      assertThat(first.lastSequence()).isEqualTo(300);
      assertThat(first.files()).isEqualTo(before);
      fill(db, 300, 500);
      BackupInfo second = backups.create(db);
      assertThat(second.number()).isEqualTo(2);
      // The table is shared; CURRENT, the manifest and the log are the second one's own.
      assertThat(stored()).hasSize(before + second.files() - 1);
      assertThat(backups.list()).containsExactly(first, second);
      assertThat(backups.verify().findings()).isEmpty();
    }
  }

  @Test
  void eachBackupIsRestoredByItselfAndTablesAreStoredOnce() throws IOException {
    makeTwo();
    try (BackupDirectory backups = BackupDirectory.open(directory)) {
      backups.restore(1, temporary.resolve("one"));
      backups.restore(2, temporary.resolve("two"));
      assertThatThrownBy(() -> backups.restore(2, temporary.resolve("two")))
          .isInstanceOf(NotADatabaseException.class);
      assertThatThrownBy(() -> backups.restore(3, temporary.resolve("three")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[1, 2]");
      assertThat(backups.verify(2).findings()).isEmpty();
    }
    check(temporary.resolve("one"), 300);
    check(temporary.resolve("two"), 500);
  }

  @Test
  void deletingKeepsWhatOthersNeed() throws IOException {
    makeTwo();
    try (BackupDirectory backups = BackupDirectory.open(directory)) {
      assertThat(backups.delete(1)).isTrue();
      assertThat(backups.delete(1)).isFalse();
      assertThat(backups.verify().findings()).isEmpty();
      assertThat(stored()).hasSize(backups.list().getFirst().files());
      backups.restore(2, temporary.resolve("two"));
      assertThatThrownBy(() -> backups.prune(0)).isInstanceOf(IllegalArgumentException.class);
      try (Database db = Anvil.open(main)) {
        backups.create(db);
        backups.create(db);
      }
      assertThat(backups.prune(1)).isEqualTo(2);
      assertThat(backups.list()).extracting(BackupInfo::number).containsExactly(4L);
      assertThat(stored()).hasSize(backups.list().getFirst().files());
    }
    check(temporary.resolve("two"), 500);
  }

  @Test
  void everyDamagedFileIsFoundAndNothingIsRestored() throws IOException {
    makeTwo();
    for (String name : stored()) {
      Path file = directory.resolve(name);
      byte[] sound = Files.readAllBytes(file);
      for (int way = 0; way < 3; way++) {
        damage(file, sound, way);
        try (BackupDirectory backups = BackupDirectory.open(directory)) {
          List<VerifyReport.Finding> findings = backups.verify().findings();
          assertThat(findings).isNotEmpty().allMatch(finding -> finding.file().equals(name));
          int refused = 0;
          for (long number = 1; number <= 2; number++) {
            refused += refuses(backups, number) ? 1 : 0;
          }
          assertThat(refused).as("%s in way %d", name, way).isPositive();
        }
        Files.write(file, sound);
      }
    }
  }

  private static void damage(Path file, byte[] sound, int way) throws IOException {
    switch (way) {
      case 0 -> {
        byte[] bytes = sound.clone();
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
      }
      case 1 -> Files.write(file, Arrays.copyOf(sound, sound.length - 1));
      default -> Files.delete(file);
    }
  }

  private boolean refuses(BackupDirectory backups, long number) throws IOException {
    Path target = temporary.resolve("target");
    if (backups.verify(number).isClean()) {
      backups.restore(number, temporary.resolve("sound" + System.nanoTime()));
      return false;
    }
    assertThatThrownBy(() -> backups.restore(number, target))
        .isInstanceOf(CorruptionException.class);
    assertThat(target).doesNotExist();
    assertThat(temporary.resolve("target.incomplete")).doesNotExist();
    return true;
  }

  @Test
  void aDamagedManifestHidesItsBackupAloneAndDeletesNothing() throws IOException {
    makeTwo();
    Path manifest = directory.resolve("BACKUP-000001");
    byte[] bytes = Files.readAllBytes(manifest);
    bytes[70] ^= 1;
    Files.write(manifest, bytes);
    Set<String> before = stored();
    try (BackupDirectory backups = BackupDirectory.open(directory);
        Database db = Anvil.open(main)) {
      assertThat(backups.list()).extracting(BackupInfo::number).containsExactly(2L);
      assertThat(backups.verify().findings()).hasSize(1);
      assertThatThrownBy(() -> backups.restore(1, temporary.resolve("one")))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("BACKUP-000001");
      assertThat(backups.create(db).number()).isEqualTo(3);
      assertThat(stored()).containsAll(before);
      backups.delete(1);
      assertThat(backups.verify().findings()).isEmpty();
    }
  }

  @Test
  void aTableThatIsMissingIsStoredAgain() throws IOException {
    makeTwo();
    try (BackupDirectory backups = BackupDirectory.open(directory);
        Database db = Anvil.open(main)) {
      db.compact();
      BackupInfo third = backups.create(db);
      for (String name : stored()) {
        Files.delete(directory.resolve(name));
      }
      BackupInfo fourth = backups.create(db);
      assertThat(backups.verify(third.number()).isClean()).isFalse();
      assertThat(backups.verify(fourth.number()).findings()).isEmpty();
      backups.restore(fourth.number(), temporary.resolve("four"));
    }
    check(temporary.resolve("four"), 500);
  }

  @Test
  void isOpenOnceAndTakesNoOtherFiles() throws IOException {
    try (BackupDirectory backups = BackupDirectory.open(directory)) {
      assertThat(backups.list()).isEmpty();
      assertThatThrownBy(() -> BackupDirectory.open(directory)).isInstanceOf(LockedException.class);
    }
    try (Database db = Anvil.open(main)) {
      fill(db, 0, 1);
    }
    assertThatThrownBy(() -> BackupDirectory.open(main))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("other files");
    check(main, 1);
  }

  @Test
  void whoLostTheLockDeletesNothingOfItsNextHolder() {
    MemoryStorage disk = new MemoryStorage();
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(disk, InstantSource.system())) {
      fill(db, 0, 10);
      disk.setHook(
          new OperationHook() {
            @Override
            public void before(Operation operation, long index) {
              if (operation.kind() == OperationKind.CREATE) {
                disk.setHook(null);
                disk.endProcess();
                disk.create("000009.bak").close();
                throw new StorageException("injected", null);
              }
            }
          });
      assertThatThrownBy(() -> backups.create(db)).isInstanceOf(StorageException.class);
      assertThat(disk.list()).contains("000009.bak");
    }
  }

  @Test
  void closingWaitsForACallUnderWay() {
    MemoryStorage disk = new MemoryStorage();
    BackupDirectory backups = BackupDirectory.open(disk, InstantSource.system());
    boolean[] isHeld = new boolean[1];
    disk.setHook(
        new OperationHook() {
          @Override
          public void before(Operation operation, long index) {
            if (operation.kind() == OperationKind.UNLOCK) {
              isHeld[0] = Thread.holdsLock(backups);
            }
          }
        });
    backups.close();
    assertThat(isHeld[0]).isTrue();
  }

  @Test
  void whatCantBeTakenBackIsSaidToBeThere() {
    MemoryStorage disk = new MemoryStorage();
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(disk, InstantSource.system())) {
      fill(db, 0, 10);
      AtomicBoolean isRenamed = new AtomicBoolean();
      disk.setHook(
          new OperationHook() {
            @Override
            public void before(Operation operation, long index) {
              OperationKind kind = operation.kind();
              if (isRenamed.get()
                  && (kind == OperationKind.SYNC_DIRECTORY || kind == OperationKind.DELETE)) {
                throw new StorageException("injected", null);
              }
            }

            @Override
            public void after(Operation operation, long index) {
              if (operation.kind() == OperationKind.RENAME
                  && operation.name().equals(BackupFormat.DRAFT)) {
                isRenamed.set(true);
              }
            }
          });
      assertThatThrownBy(() -> backups.create(db))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("BACKUP-000001: ")
          .hasMessageContaining("it may be there");
      disk.setHook(null);
      assertThat(backups.list()).hasSize(1);
      assertThat(backups.verify().findings()).isEmpty();
    }
  }

  @Test
  void aBackupWhoseLastSyncFailsIsTakenBackByTheNextOpening() {
    MemoryStorage disk = new MemoryStorage();
    try (Database db = Anvil.open(main)) {
      fill(db, 0, 10);
      try (BackupDirectory backups = BackupDirectory.open(disk, InstantSource.system())) {
        disk.setHook(
            new OperationHook() {
              @Override
              public void after(Operation operation, long index) {
                if (operation.name().equals(BackupFormat.DRAFT)
                    && operation.kind() == OperationKind.RENAME) {
                  disk.failSyncAt(index + 1);
                }
              }
            });
        assertThatThrownBy(() -> backups.create(db)).isInstanceOf(StorageException.class);
        disk.setHook(null);
        assertThat(backups.list()).isEmpty();
        assertThatThrownBy(() -> backups.create(db))
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("an earlier sync");
      }
      disk.endProcess();
      try (BackupDirectory backups = BackupDirectory.open(disk, InstantSource.system())) {
        assertThat(backups.create(db).number()).isEqualTo(1);
        assertThat(backups.verify().findings()).isEmpty();
      }
    }
  }

  @Test
  void damagedBackupsAreNotCountedAsKept() throws IOException {
    makeTwo();
    try (BackupDirectory backups = BackupDirectory.open(directory);
        Database db = Anvil.open(main)) {
      Set<String> before = stored();
      BackupInfo third = backups.create(db);
      BackupInfo fourth = backups.create(db);
      Path manifest = directory.resolve(BackupFormat.manifestName(fourth.number()));
      byte[] bytes = Files.readAllBytes(manifest);
      bytes[70] ^= 1;
      Files.write(manifest, bytes);
      for (String name : stored()) {
        if (!before.contains(name)) {
          Files.delete(directory.resolve(name));
        }
      }
      assertThat(backups.prune(2)).isZero();
      assertThat(backups.prune(1)).isEqualTo(1);
      assertThat(backups.list()).extracting(BackupInfo::number).containsExactly(2L, third.number());
      assertThat(manifest).exists();
      backups.restore(2, temporary.resolve("two"));
      assertThat(backups.delete(fourth.number())).isTrue();
      BackupInfo fifth = backups.create(db);
      assertThat(backups.prune(1)).isEqualTo(2);
      assertThat(backups.list()).containsExactly(fifth);
      assertThat(stored()).hasSize(fifth.files());
    }
    check(temporary.resolve("two"), 500);
  }

  @ParameterizedTest
  @ValueSource(strings = {"BACKUP-999999999999999999", "BACKUP-100000000000000000"})
  void aNumberBeyondAllMeasureHidesNoLaterBackup(String name) throws IOException {
    makeTwo();
    Set<String> before = stored();
    Path stray = Files.writeString(directory.resolve(name), "x");
    try (BackupDirectory backups = BackupDirectory.open(directory);
        Database db = Anvil.open(main)) {
      assertThatThrownBy(() -> backups.create(db))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("remove the file");
      assertThat(stored()).isEqualTo(before);
      Files.delete(stray);
      assertThat(backups.create(db).number()).isEqualTo(3);
      assertThat(backups.list()).hasSize(3);
    }
  }

  @Test
  void aFileNumberBeyondAllMeasureHidesNoLaterFile() throws IOException {
    makeTwo();
    // While a manifest can't be read, the stray file is not swept.
    Path manifest = Files.writeString(directory.resolve("BACKUP-000001"), "x");
    Path stray = Files.writeString(directory.resolve("999999999999999999.bak"), "x");
    try (BackupDirectory backups = BackupDirectory.open(directory);
        Database db = Anvil.open(main)) {
      assertThatThrownBy(() -> backups.create(db))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("999999999999999999.bak")
          .hasMessageContaining("remove the file");
      Files.delete(manifest);
      BackupInfo made = backups.create(db);
      assertThat(stray).doesNotExist();
      assertThat(backups.verify(made.number()).findings()).isEmpty();
    }
  }
}
