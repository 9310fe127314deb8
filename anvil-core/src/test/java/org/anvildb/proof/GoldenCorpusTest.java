package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.FormatException;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that what every released version wrote can be read, verified, written to, merged, reopened
 * and crashed; and that a newer format is refused untouched.
 *
 * <p>With each release that changes a byte on disk its databases are added: {@code mvn verify -pl
 * anvil-core -Dtest=GoldenCorpusTest -Dcorpus=VERSION} writes them into the resources, VERSION is
 * added to {@link #VERSIONS}, both are committed. Those of older versions are never written again.
 */
final class GoldenCorpusTest {
  private static final List<String> VERSIONS = List.of("0.1");
  private static final int APPENDED = 12;
  private static final int EVERY = 5;

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  private static List<CorpusDatabase> all() {
    return VERSIONS.stream().flatMap(version -> CorpusDatabase.of(version).stream()).toList();
  }

  @Test
  @EnabledIfSystemProperty(named = "corpus", matches = ".+")
  void writeTheDatabasesOfThisVersion() throws IOException {
    String version = System.getProperty("corpus");
    CorpusDatabase.write(Path.of("src/test/resources"), version, temporary);
  }

  @Test
  void readOnlyShowsTheSameContentAndChangesNothing() throws IOException {
    for (CorpusDatabase old : all()) {
      Path directory = old.unpack(temporary.resolve("r" + old.version() + old.index()));
      var before = MisuseDirectories.digests(directory);
      var readOnly = DatabaseOptions.builder().readOnly(true).build();
      try (Database db = Anvil.open(directory, readOnly)) {
        assertThat(digest(db)).as(old.toString()).isEqualTo(old.digest());
        assertThat(db.verify().findings()).as(old.toString()).isEmpty();
      }
      assertThat(Anvil.verifyDeeply(directory).findings()).as(old.toString()).isEmpty();
      assertThat(MisuseDirectories.digests(directory)).as(old.toString()).isEqualTo(before);
    }
  }

  @Test
  void theyAreWrittenToMergedAndReopened() throws IOException {
    for (CorpusDatabase old : all()) {
      String what = old.toString();
      Path directory = old.unpack(temporary.resolve("w" + old.version() + old.index()));
      TreeMap<String, ByteMap> content;
      try (Database db = local(directory, old)) {
        assertThat(digest(db)).as(what).isEqualTo(old.digest());
        content = CorpusDatabase.content(db);
        for (int batch = 0; batch < APPENDED; batch++) {
          append(db, batch, Durability.OS);
          apply(content, batch);
        }
        assertThat(digest(db)).as(what).isEqualTo(CorpusDatabase.digest(content));
        db.compact();
        assertThat(digest(db)).as(what).isEqualTo(CorpusDatabase.digest(content));
      }
      assertThat(Anvil.verifyDeeply(directory).findings()).as(what).isEmpty();
      try (Database db = local(directory, old)) {
        assertThat(digest(db)).as(what).isEqualTo(CorpusDatabase.digest(content));
      }
    }
  }

  /** A state after a crash, and how many appended batches were acknowledged before. */
  private record Crashed(MemoryStorage disk, int acknowledged, String what) {}

  @Test
  void aCrashAtAnyPointOfTheFirstLifeLosesNothing() {
    int states = 0;
    for (CorpusDatabase old : all()) {
      List<Crashed> crashed = crash(old);
      List<String> prefixes = prefixes(old);
      for (Crashed crash : crashed) {
        try (Database db = CorpusDatabase.open(crash.disk(), old.setting(), 1)) {
          assertThat(prefixes.subList(crash.acknowledged(), prefixes.size()))
              .as(crash.what())
              .contains(digest(db));
        }
      }
      states += crashed.size();
    }
    System.out.printf(
        "golden corpus: %d databases of %d versions, %,d crash states, 0 violations%n",
        all().size(), VERSIONS.size(), states);
    assertThat(states).isGreaterThan(300);
  }

  /** Opens, appends, merges and closes; crashes now and then, in each mode in turn. */
  private static List<Crashed> crash(CorpusDatabase old) {
    List<Crashed> crashed = new ArrayList<>();
    int[] acknowledged = {0};
    MemoryStorage disk = disk(old);
    disk.setHook(
        new OperationHook() {
          @Override
          public void before(Operation operation, long index) {
            if (index % EVERY == 0) {
              CrashMode[] modes = CrashMode.values();
              CrashMode mode = modes[(int) (index / EVERY % modes.length)];
              MemoryStorage copy = disk.crashedCopy(new CrashPlan(mode, index));
              String what = old + ", " + operation + " number " + index + ", " + mode;
              crashed.add(new Crashed(copy, acknowledged[0], what));
            }
          }
        });
    try (Database db = CorpusDatabase.open(disk, old.setting(), 1)) {
      for (int batch = 0; batch < APPENDED; batch++) {
        append(db, batch, Durability.SYNC);
        acknowledged[0]++;
      }
      db.compact();
    }
    disk.setHook(null);
    return crashed;
  }

  private static MemoryStorage disk(CorpusDatabase old) {
    MemoryStorage disk = new MemoryStorage();
    old.files().forEach((name, bytes) -> GoldenDatabase.put(disk, name, bytes));
    return disk.crashedCopy(new CrashPlan(CrashMode.EVERYTHING, 1));
  }

  /** Returns the digests after none of the appended batches, the first, and so on. */
  private static List<String> prefixes(CorpusDatabase old) {
    List<String> digests = new ArrayList<>(List.of(old.digest()));
    try (Database db = CorpusDatabase.open(disk(old), old.setting(), 1)) {
      TreeMap<String, ByteMap> content = CorpusDatabase.content(db);
      for (int batch = 0; batch < APPENDED; batch++) {
        apply(content, batch);
        digests.add(CorpusDatabase.digest(content));
      }
    }
    assertThat(new TreeSet<>(digests)).hasSize(APPENDED + 1);
    return digests;
  }

  @Test
  void aNewerFormatIsRefusedUntouched() throws IOException {
    for (CorpusDatabase old : all()) {
      Path directory = old.unpack(temporary.resolve("n" + old.version() + old.index()));
      MisuseDirectories.raiseFormat(MisuseDirectories.manifest(directory));
      var before = MisuseDirectories.digests(directory);
      assertThatThrownBy(() -> local(directory, old)).isInstanceOf(FormatException.class);
      var after = MisuseDirectories.digests(directory);
      after.remove("LOCK");
      assertThat(after).as(old.toString()).isEqualTo(before);
    }
  }

  private static Database local(Path directory, CorpusDatabase old) {
    return CorpusDatabase.open(LocalStorage.open(directory, true, false), old.setting(), 1);
  }

  private static String digest(Database db) {
    return CorpusDatabase.digest(CorpusDatabase.content(db));
  }

  private static void append(Database db, int batch, Durability durability) {
    var writes = db.newBatch();
    writes.delete(db.keyspace("second"), CorpusDatabase.key(batch + 20));
    appended(batch).forEach((key, value) -> writes.put(CorpusDatabase.key(key), value));
    db.write(writes, durability);
  }

  private static void apply(TreeMap<String, ByteMap> content, int batch) {
    content.get("second").delete(CorpusDatabase.key(batch + 20));
    ByteMap defaults = content.get(Database.DEFAULT_KEYSPACE);
    appended(batch).forEach((key, value) -> defaults.put(CorpusDatabase.key(key), value));
  }

  private static Map<Integer, byte[]> appended(int batch) {
    return Map.of(batch * 7, new byte[100 + batch], 1_000 + batch, new byte[600]);
  }
}
