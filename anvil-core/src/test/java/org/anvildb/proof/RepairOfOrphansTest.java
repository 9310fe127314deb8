package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.RepairReport;
import org.anvildb.api.StorageException;
import org.anvildb.bytes.Bytes;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repairs where tables that merges retired are still there, as they are after a kill while a cursor
 * held them: their deletions are older than what the manifest names, and hide none of it.
 */
final class RepairOfOrphansTest {
  private static final int KEYS = 100;
  private static final DatabaseOptions EXISTING =
      DatabaseOptions.builder().createIfMissing(false).readOnly(true).build();

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  private Path living;
  private Path killed;
  private Path target;

  @BeforeEach
  void name() {
    living = temporary.resolve("living");
    killed = temporary.resolve("killed");
    target = temporary.resolve("repaired");
  }

  /** Opens a database that deletes no file. */
  private Database open(ByteSize memtable) throws IOException {
    Files.createDirectory(living);
    var storage = new HookedStorage(LocalStorage.open(living, true, false));
    storage.hook(kind -> {
      if (kind == OperationKind.DELETE) {
        throw new StorageException("not deleted", null);
      }
    });
    var random = new Random(1);
    var options = DatabaseOptions.builder().memtableBytes(memtable).build();
    return Anvil.open(storage, new InlineScheduler(random), random, options);
  }

  private static void put(Database db, int generation) {
    put(db, generation, KEYS);
  }

  private static void put(Database db, int generation, int keys) {
    for (int i = 0; i < keys; i++) {
      db.put(SeedKeys.key(i), SeedKeys.value(i, generation));
    }
    db.compact();
  }

  private static void deleteAll(Database db) {
    for (int i = 0; i < KEYS; i++) {
      db.delete(SeedKeys.key(i));
    }
    db.compact();
  }

  private void assertAllOfGeneration(int generation) {
    try (Database db = Anvil.open(target, EXISTING)) {
      assertThat(db.keyspaces()).containsExactly("default");
      assertThat(SeedKeys.numbers(db).stream().filter(i -> i < KEYS)).hasSize(KEYS);
      assertThat(db.get(SeedKeys.key(7))).isEqualTo(SeedKeys.value(7, generation));
    }
  }

  /** Leaves the tables of two generations, of the deletions between them, and one of other keys. */
  private List<Path> makeTwoGenerations() throws IOException {
    try (Database db = open(ByteSize.ofKiB(16))) {
      put(db, 1);
      deleteAll(db);
      put(db, 2);
      int before = MisuseDirectories.named(living, ".sst").size();
      for (int i = KEYS; MisuseDirectories.named(living, ".sst").size() == before; i++) {
        db.put(SeedKeys.key(i), SeedKeys.value(i, 1));
      }
      MisuseDirectories.copy(living, killed);
    } catch (StorageException e) {
      assertThat(e).hasStackTraceContaining("not deleted");
    }
    List<Path> tables = MisuseDirectories.named(killed, ".sst");
    assertThat(tables).hasSizeGreaterThanOrEqualTo(3);
    for (Path segment : MisuseDirectories.named(killed, ".wal")) {
      Files.delete(segment);
    }
    return tables;
  }

  @Test
  void deletionsThatTheManifestRetiredHideNothingWhereTheLogIsMissing() throws IOException {
    makeTwoGenerations();
    RepairReport report = Anvil.repair(killed, target);
    assertThat(report.isComplete()).isFalse();
    assertThat(report.doubts()).noneMatch(doubt -> doubt.contains("may be gone"));
    assertAllOfGeneration(2);
  }

  @Test
  void whereATableIsLostTheRetiredOnesOnlyFill() throws IOException {
    List<Path> tables = makeTwoGenerations();
    Path live = tables.getLast();
    Files.delete(live);
    RepairReport report = Anvil.repair(killed, target);
    assertThat(report.losses()).anyMatch(loss -> loss.file().equals(live.getFileName().toString()));
    assertThat(report.doubts()).noneMatch(doubt -> doubt.contains("may be gone"));
    assertAllOfGeneration(2);
  }

  @Test
  void retiredTablesFillWhatTheOneThatTookTheirPlaceLost() throws IOException {
    // So many that the block index and the properties are in different pages.
    int keys = 10_000;
    try (Database db = open(ByteSize.ofMiB(16))) {
      put(db, 1, keys);
      put(db, 2, keys);
      MisuseDirectories.copy(living, killed);
    } catch (StorageException e) {
      assertThat(e).hasStackTraceContaining("not deleted");
    }
    Path merged = MisuseDirectories.named(killed, ".sst").getLast();
    byte[] bytes = Files.readAllBytes(merged);
    int blockIndex = Bytes.getInt(bytes, bytes.length - 64 + 8);
    MisuseDirectories.flipBit(merged, blockIndex);
    for (Path segment : MisuseDirectories.named(killed, ".wal")) {
      Files.delete(segment);
    }
    RepairReport report = Anvil.repair(killed, target);
    assertThat(report.losses()).anyMatch(loss -> loss.reason().contains("index of the blocks"));
    assertThat(report.keyspaces().getFirst().doubtful()).isEqualTo(keys);
    assertAllOfGeneration(2);
  }

  @Test
  void entriesThatADeletionOfGuessedAgeHidesAreCounted() throws IOException {
    try (Database db = open(ByteSize.ofMiB(16))) {
      put(db, 1);
      deleteAll(db);
      MisuseDirectories.copy(living, killed);
    } catch (StorageException e) {
      assertThat(e).hasStackTraceContaining("not deleted");
    }
    Files.delete(MisuseDirectories.manifest(killed));
    for (Path segment : MisuseDirectories.named(killed, ".wal")) {
      Files.delete(segment);
    }
    RepairReport report = Anvil.repair(killed, target);
    assertThat(report.doubts())
        .anyMatch(doubt -> doubt.startsWith(KEYS + " live entries may be gone"));
  }
}
