package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.bytes;
import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.FormatException;
import org.anvildb.api.Health;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.OptionsMismatchException;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.ReadOnlyException;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.LocalStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The misuses 10 to 18: files that are read-only, foreign, damaged or gone. */
final class MisuseStoredFilesTest {
  private static final int KEYS = 3000;
  private static final DatabaseOptions READ_ONLY = DatabaseOptions.builder().readOnly(true).build();

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  /** Makes a closed database with one table. */
  private Path closedDatabase() {
    Path directory = temporary.resolve("db");
    try (Database db = Anvil.open(directory)) {
      for (int i = 0; i < KEYS; i++) {
        db.put(key(i), value(i, 0));
      }
      db.compact();
    }
    return directory;
  }

  /** Makes what a killed process leaves: several log segments, none of them in tables. */
  private Path killedDatabase() throws IOException {
    Path directory = temporary.resolve("living");
    var lanes = new MisuseLanes(new ThreadScheduler("test", 1));
    lanes.hold(Lane.FLUSH);
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(16)).frozenMemtables(64).build();
    try (Database db =
        Anvil.open(
            LocalStorage.open(directory, true, false), lanes, new java.util.Random(1), options)) {
      for (int i = 0; i < KEYS; i++) {
        db.put(key(i), value(i, 0));
      }
      db.sync();
      Path copy = MisuseDirectories.copy(directory, temporary.resolve("killed"));
      lanes.release(Lane.FLUSH);
      return copy;
    }
  }

  private static TreeMap<String, String> unlocked(Path directory) throws IOException {
    var digests = MisuseDirectories.digests(directory);
    digests.remove("LOCK");
    return digests;
  }

  @Test
  void misuse10_aReadOnlyDatabaseRefusesEveryWrite() throws IOException {
    Path directory = closedDatabase();
    var before = MisuseDirectories.digests(directory);
    try (Database db = Anvil.open(directory, READ_ONLY)) {
      var batch = db.newBatch().put(key(1), key(2));
      List<Runnable> writes =
          List.of(
              () -> db.put(key(1), key(2)),
              () -> db.delete(key(1)),
              () -> db.putIfAbsent(key(-1), key(2)),
              () -> db.replace(key(1), key(2)),
              () -> db.replace(key(1), value(1, 0), key(2)),
              () -> db.delete(key(1), value(1, 0)),
              () -> db.putAsync(key(1), key(2)),
              () -> db.deleteAsync(key(1)),
              () -> db.write(batch),
              () -> db.writeAsync(batch),
              () -> db.keyspace("new"),
              () -> db.dropKeyspace("new"),
              () -> db.compact(),
              () -> db.sync());
      for (Runnable write : writes) {
        assertThatThrownBy(write::run)
            .isInstanceOf(ReadOnlyException.class)
            .hasMessageContaining("read-only");
      }
      assertThat(db.health()).isInstanceOf(Health.ReadOnly.class);
      assertThat(db.get(key(7))).isEqualTo(value(7, 0));
      assertThat(db.snapshot().get(key(7))).isEqualTo(value(7, 0));
      assertThat(SeedKeys.numbers(db)).hasSize(KEYS);
    }
    assertThat(MisuseDirectories.digests(directory)).isEqualTo(before);
  }

  @Test
  void misuse10_aReadOnlyOpenReplaysTheLogIntoMemoryAndChangesNoByte() throws IOException {
    Path directory = killedDatabase();
    var before = MisuseDirectories.digests(directory);
    assertThat(MisuseDirectories.named(directory, ".sst")).isEmpty();
    for (int round = 0; round < 2; round++) {
      try (Database db = Anvil.open(directory, READ_ONLY)) {
        assertThat(SeedKeys.numbers(db)).hasSize(KEYS);
        assertThat(db.get(key(KEYS - 1))).isEqualTo(value(KEYS - 1, 0));
        assertThat(db.stats().lastSequence()).isEqualTo(KEYS);
        assertThat(db.verify().findings()).isEmpty();
      }
      assertThat(MisuseDirectories.digests(directory)).isEqualTo(before);
    }
  }

  @Test
  void misuse11_aNewerFormatIsRefusedAndNoByteChanges() throws IOException {
    for (String name : List.of("CURRENT", "MANIFEST")) {
      Path directory = closedDatabase();
      Path file =
          name.equals("CURRENT") ? directory.resolve(name) : MisuseDirectories.manifest(directory);
      byte[] sound = Files.readAllBytes(file);
      MisuseDirectories.raiseFormat(file);
      var before = unlocked(directory);
      for (DatabaseOptions options : List.of(DatabaseOptions.defaults(), READ_ONLY)) {
        assertThatThrownBy(() -> Anvil.open(directory, options))
            .isInstanceOf(FormatException.class)
            .hasMessageContaining(name)
            .hasMessageContaining("format 7, this library reads <= 1")
            .hasMessageContaining("newer version of the library");
      }
      assertThat(unlocked(directory)).isEqualTo(before);
      Files.write(file, sound);
    }
  }

  @Test
  void misuse12_filesOfAnotherEngineAreNamedAndNoneOfThemChanges() throws IOException {
    Path level = Files.createDirectory(temporary.resolve("level"));
    for (String name : List.of("LOCK", "LOG", "000003.log", "000005.ldb", "MANIFEST-000002")) {
      Files.writeString(level.resolve(name), name.equals("LOCK") ? "" : name);
    }
    Files.writeString(level.resolve("CURRENT"), "MANIFEST-000002\n");
    Path rocks = Files.createDirectory(temporary.resolve("rocks"));
    for (String name :
        List.of("LOCK", "LOG", "IDENTITY", "OPTIONS-000007", "000008.sst", "MANIFEST-000005")) {
      Files.writeString(rocks.resolve(name), name.equals("LOCK") ? "" : name);
    }
    Files.writeString(rocks.resolve("CURRENT"), "MANIFEST-000005\n");
    assertRefused(level, "LevelDB");
    assertRefused(rocks, "RocksDB");
  }

  private static void assertRefused(Path directory, String engine) throws IOException {
    var before = MisuseDirectories.digests(directory);
    assertThatThrownBy(() -> Anvil.open(directory))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("a database of " + engine)
        .hasMessageContaining("export its entries");
    assertThat(MisuseDirectories.digests(directory)).as("the lock file, too").isEqualTo(before);
  }

  @Test
  void misuse13_optionsThatContradictTheStoredOnesAreRefusedWithBoth() {
    Path directory = temporary.resolve("db");
    var stored = KeyspaceOptions.defaults().withCodec("LZ4");
    try (Database db = Anvil.open(directory)) {
      db.keyspace("events", stored).put(key(1), value(1, 0));
    }
    try (Database db = Anvil.open(directory)) {
      for (var given :
          List.of(
              stored.withCodec("DEFLATE"),
              stored.withFilterPolicy(FilterPolicy.BLOOM),
              stored.withBlockBytes(512),
              stored.withLevelRatio(3))) {
        assertThatThrownBy(() -> db.keyspace("events", given))
            .isInstanceOf(OptionsMismatchException.class)
            .hasMessageContaining("events")
            .hasMessageContaining("stored with " + stored)
            .hasMessageContaining("asked for with " + given);
      }
      assertThat(db.keyspace("events", stored).get(key(1))).isEqualTo(value(1, 0));
      assertThatThrownBy(() -> db.keyspace("other", stored.withCodec("ZSTD")))
          .hasMessageContaining("no codec ZSTD");
      assertThat(db.keyspaces()).containsExactly("default", "events");
    }
  }

  @Test
  void misuse15_aMissingManifestOrCurrentIsCorruptionAndNeverAnEmptyDatabase() throws IOException {
    Path directory = closedDatabase();
    Path manifest = MisuseDirectories.manifest(directory);
    for (Path missing : List.of(manifest, directory.resolve("CURRENT"))) {
      Path aside = Files.move(missing, temporary.resolve("aside"));
      var before = unlocked(directory);
      for (DatabaseOptions options : List.of(DatabaseOptions.defaults(), READ_ONLY)) {
        assertThatThrownBy(() -> Anvil.open(directory, options))
            .isInstanceOf(CorruptionException.class)
            .hasMessageContaining(missing.getFileName() + ": missing, 1 table and 1 log segment")
            .hasMessageContaining("run repair");
      }
      assertThat(unlocked(directory)).isEqualTo(before);
      Files.move(aside, missing);
    }
    try (Database db = Anvil.open(directory)) {
      assertThat(SeedKeys.numbers(db)).hasSize(KEYS);
    }
  }

  @Test
  void misuse16_tablesThatAreMissingCutOrSwappedAreAllNamedAtTheOpening() throws IOException {
    Path directory = temporary.resolve("db");
    try (Database db = Anvil.open(directory)) {
      for (String name : List.of("a", "b", "c")) {
        for (int i = 0; i < KEYS; i++) {
          db.keyspace(name).put(key(i), bytes(name));
        }
      }
      db.compact();
    }
    List<Path> tables = MisuseDirectories.named(directory, ".sst");
    assertThat(tables).hasSize(3);
    Path first = tables.get(0);
    Path second = tables.get(1);
    Path third = tables.get(2);
    byte[] one = Files.readAllBytes(first);
    byte[] two = Files.readAllBytes(second);

    Files.delete(first);
    Files.write(second, java.util.Arrays.copyOf(two, two.length - 1));
    assertRefused(directory, List.of(first, second), third);
    Files.write(first, two);
    Files.write(second, one);
    assertRefused(directory, List.of(first, second), third);
    Files.write(first, one);
    Files.write(second, two);
    try (Database db = Anvil.open(directory)) {
      assertThat(db.verify().findings()).isEmpty();
    }
  }

  private static void assertRefused(Path directory, List<Path> damaged, Path sound)
      throws IOException {
    var before = unlocked(directory);
    assertThatThrownBy(() -> Anvil.open(directory))
        .isInstanceOf(CorruptionException.class)
        .satisfies(e -> {
          for (Path file : damaged) {
            assertThat(e).hasMessageContaining(file.getFileName().toString());
          }
        })
        .hasMessageContaining("level ")
        .hasMessageContaining(KEYS + " entries")
        .hasMessageNotContaining(sound.getFileName().toString());
    assertThat(unlocked(directory)).isEqualTo(before);
  }

  @Test
  void misuse17_aMissingLogSegmentIsCorruptionAndNeverSkipped() throws IOException {
    Path directory = killedDatabase();
    List<Path> segments = MisuseDirectories.named(directory, ".wal");
    assertThat(segments).hasSizeGreaterThan(4);
    for (int i = 0; i < 3; i++) {
      Path missing = segments.get(i);
      Path aside = Files.move(missing, temporary.resolve("aside"));
      var before = unlocked(directory);
      assertThatThrownBy(() -> Anvil.open(directory))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("WAL " + missing.getFileName() + " missing");
      assertThat(unlocked(directory)).isEqualTo(before);
      Files.move(aside, missing);
    }
    try (Database db = Anvil.open(directory)) {
      assertThat(SeedKeys.numbers(db)).hasSize(KEYS);
    }
  }

  @Test
  void misuse18_aDamagedBlockFailsOnlyTheReadsThatNeedItAndStopsItsCompaction() throws IOException {
    Path directory = closedDatabase();
    Path table = MisuseDirectories.named(directory, ".sst").getFirst();
    // In the first page, among the smallest keys.
    MisuseDirectories.flipBit(table, 100);
    try (Database db = Anvil.open(directory)) {
      assertThatThrownBy(() -> db.get(key(0)))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(table.getFileName() + " at ")
          .hasMessageContaining("expected")
          .satisfies(e -> {
            assertThat(((CorruptionException) e).file()).isEqualTo(table.getFileName().toString());
            assertThat(((CorruptionException) e).offset()).isBetween(0L, 100L);
          });
      assertThatThrownBy(() -> SeedKeys.numbers(db)).isInstanceOf(CorruptionException.class);
      assertThat(db.get(key(KEYS - 1))).isEqualTo(value(KEYS - 1, 0));
      assertThat(db.health()).as("reads don't poison").isInstanceOf(Health.Healthy.class);
      assertThat(db.verify().findings())
          .singleElement()
          .satisfies(f -> assertThat(f.file()).isEqualTo(table.getFileName().toString()));

      db.put(key(0), value(0, 1));
      assertThatThrownBy(db::compact)
          .isInstanceOf(PoisonedException.class)
          .cause()
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(table.getFileName().toString());
      assertThat(db.get(key(0))).as("a newer version hides the block").isEqualTo(value(0, 1));
      assertThat(table).exists();
    }
  }

  @Test
  void aCursorThatMetDamageStandsOnNoEntryAndStartsOver() throws IOException {
    Path directory = closedDatabase();
    Path table = MisuseDirectories.named(directory, ".sst").getFirst();
    MisuseDirectories.flipBit(table, 20_000);
    try (Database db = Anvil.open(directory);
        Cursor cursor = db.cursor()) {
      int[] read = {0};
      assertThatThrownBy(
              () -> {
                while (cursor.next()) {
                  assertThat(cursor.key()).isEqualTo(key(read[0]++));
                }
              })
          .isInstanceOf(CorruptionException.class);
      assertThat(read[0]).isBetween(1, KEYS - 1);
      assertThatThrownBy(cursor::key).isInstanceOf(NoSuchElementException.class);
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.key()).isEqualTo(key(0));
    }
  }
}
