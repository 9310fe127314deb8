package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.FormatException;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.RepairReport;
import org.anvildb.api.Snapshot;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;
import org.anvildb.wal.SegmentFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a repair does about each thing that can be missing besides bytes of a table. */
final class RepairOfLossesTest {
  /** The head of a manifest, behind which its records start. */
  private static final int HEAD_BYTES = 48;

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

  private static void put(Keyspace keyspace, int from, int to, int generation) {
    for (int i = from; i < to; i++) {
      keyspace.put(SeedKeys.key(i), SeedKeys.value(i, generation));
    }
  }

  private RepairReport repair() {
    return Anvil.repair(killed, target);
  }

  private static void withoutManifest(Path directory) throws IOException {
    Files.delete(MisuseDirectories.manifest(directory));
    Files.delete(directory.resolve("CURRENT"));
  }

  private void kill(Database db) {
    db.sync();
    try {
      MisuseDirectories.copy(living, killed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Deletes the segments that are in tables: those that would be recycled in time. */
  private static void keepTheLastSegment(Path directory) throws IOException {
    List<Path> begun = new ArrayList<>();
    for (Path file : MisuseDirectories.named(directory, ".wal")) {
      byte[] bytes = Files.readAllBytes(file);
      var header = SegmentFormat.decode(file.toString(), MemorySegment.ofArray(bytes));
      String name = header == null ? "" : SegmentFormat.name(header.number());
      if (file.endsWith(name) && !records(bytes, SegmentFormat.HEADER_BYTES, 5_000).isEmpty()) {
        begun.add(file);
      }
    }
    for (Path older : begun.subList(0, begun.size() - 1)) {
      Files.delete(older);
    }
  }

  private void makeWithProvidedCodec() {
    var copying = KeyspaceOptions.defaults().withCodec("COPYING");
    var options = DatabaseOptions.builder().keyspaceDefaults(copying).build();
    ProvidedCodec.during(
        temporary.resolve("service"),
        ProvidedCodec.class,
        () -> {
          try (Database db = Anvil.open(living, options)) {
            Keyspace other = db.keyspace("other", copying);
            put(db, 0, 100, 1);
            put(other, 0, 100, 1);
            db.compact();
            put(db, 100, 110, 1);
            put(other, 100, 120, 1);
            kill(db);
          }
        });
  }

  /** Gives a sound table a footer of a later format, sound as well. */
  private static void raiseTableFormat(Path directory) throws IOException {
    Path table = MisuseDirectories.named(directory, ".sst").getFirst();
    byte[] bytes = Files.readAllBytes(table);
    byte[] footer = Arrays.copyOfRange(bytes, bytes.length - 64, bytes.length);
    Bytes.putInt(footer, 48, 9);
    Bytes.putInt(footer, 60, Checksum.of(footer, 0, 60));
    System.arraycopy(footer, 0, bytes, bytes.length - 64, 64);
    Files.write(table, bytes);
  }

  private void refusesTheLaterFormat() {
    assertThatThrownBy(this::repair)
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("has table format 9");
  }

  @Test
  void aTableOfALaterFormatIsRefusedRatherThanTakenForLost() throws IOException {
    try (Database db = Anvil.open(living)) {
      put(db, 0, 100, 1);
      db.compact();
      kill(db);
    }
    raiseTableFormat(killed);
    refusesTheLaterFormat();
    withoutManifest(killed);
    refusesTheLaterFormat();
  }

  @Test
  void aCodecThatIsNotThereCostsTheTablesOfItAndNoMore() {
    makeWithProvidedCodec();
    assertThatThrownBy(() -> Anvil.open(killed))
        .isInstanceOf(AnvilException.class)
        .hasMessageContaining("codec");
    RepairReport report = repair();
    assertThat(report.doubts())
        .anyMatch(doubt -> doubt.contains("the codec COPYING is not there"))
        .anyMatch(doubt -> doubt.contains("a keyspace's codec is not there"));
    assertThat(report.losses())
        .isNotEmpty()
        .allMatch(loss -> loss.reason().contains("codec with id 16"));
    try (Database db = Anvil.open(target, EXISTING)) {
      assertThat(db.keyspaces()).containsExactlyInAnyOrder("default", "other");
      assertThat(SeedKeys.numbers(db)).hasSize(10);
      assertThat(SeedKeys.numbers(db.keyspace("other"))).hasSize(20);
    }
  }

  @Test
  void aCodecThatIsNotThereAndNoManifestLeavesTheLog() throws IOException {
    makeWithProvidedCodec();
    withoutManifest(killed);
    keepTheLastSegment(killed);
    RepairReport report = repair();
    assertThat(report.tables()).isZero();
    assertThat(report.losses()).anyMatch(loss -> loss.reason().contains("codec with id 16"));
    try (Database db = Anvil.open(target, EXISTING)) {
      assertThat(SeedKeys.numbers(db)).hasSize(10);
      assertThat(SeedKeys.numbers(db.keyspace("keyspace-1"))).hasSize(20);
    }
  }

  @Test
  void whatTheLogHoldsOfADroppedKeyspaceStaysDropped() {
    try (Database db = Anvil.open(living)) {
      put(db.keyspace("gone"), 0, 50, 1);
      db.dropKeyspace("gone");
      put(db, 0, 20, 1);
      kill(db);
    }
    RepairReport report = repair();
    assertThat(report.isComplete()).isTrue();
    try (Database db = Anvil.open(target, EXISTING)) {
      assertThat(db.keyspaces()).containsExactly("default");
      assertThat(SeedKeys.numbers(db)).hasSize(20);
    }
  }

  @Test
  void olderVersionsInATableAndLargeValuesComeToTheNewest() {
    byte[] large = new byte[100_000];
    try (Database db = Anvil.open(living)) {
      put(db, 0, 100, 1);
      try (Snapshot snapshot = db.snapshot()) {
        put(db, 0, 100, 2);
        for (int i = 100; i < 130; i++) {
          db.put(SeedKeys.key(i), large);
        }
        db.compact();
        assertThat(snapshot.get(SeedKeys.key(7))).isEqualTo(SeedKeys.value(7, 1));
        kill(db);
      }
    }
    RepairReport report = repair();
    assertThat(report.isComplete()).isTrue();
    assertThat(report.tableEntries()).isEqualTo(230);
    try (Database db = Anvil.open(target, EXISTING)) {
      assertThat(SeedKeys.numbers(db)).hasSize(130);
      assertThat(db.get(SeedKeys.key(7))).isEqualTo(SeedKeys.value(7, 2));
      assertThat(db.get(SeedKeys.key(129))).isEqualTo(large);
    }
  }

  @Test
  void oneKeyspaceIsWholeThoughItsManifestIsGoneAndThoughItsEndIsWhileTheLogIsThere()
      throws IOException {
    try (Database db = Anvil.open(living)) {
      put(db, 0, 500, 1);
      db.compact();
      put(db, 400, 600, 2);
      db.delete(SeedKeys.key(3));
      kill(db);
    }
    Path gone = MisuseDirectories.copy(killed, temporary.resolve("gone"));
    withoutManifest(gone);
    Path cut = MisuseDirectories.copy(killed, temporary.resolve("cut"));
    Path manifest = MisuseDirectories.manifest(cut);
    byte[] bytes = Files.readAllBytes(manifest);
    int last = records(bytes, HEAD_BYTES, bytes.length).getLast();
    Files.write(manifest, Arrays.copyOf(bytes, last));
    for (Path damaged : new Path[] {gone, cut}) {
      Path repaired = temporary.resolve("repaired-" + damaged.getFileName());
      RepairReport report = Anvil.repair(damaged, repaired);
      assertThat(report.doubts().isEmpty()).as("%s", damaged).isEqualTo(damaged.equals(cut));
      try (Database db = Anvil.open(repaired, EXISTING)) {
        assertThat(db.keyspaces()).as("%s", damaged).containsExactly("default");
        assertThat(SeedKeys.numbers(db)).as("%s", damaged).hasSize(599);
        assertThat(db.get(SeedKeys.key(399))).isEqualTo(SeedKeys.value(399, 1));
        assertThat(db.get(SeedKeys.key(400))).isEqualTo(SeedKeys.value(400, 2));
      }
    }
  }

  /** Returns where the records of a file start. */
  private static List<Integer> records(byte[] file, int from, int to) {
    List<Integer> starts = new ArrayList<>();
    int at = from;
    while (at + RecordFormat.HEADER_BYTES <= to && Bytes.getLong(file, at) != 0) {
      starts.add(at);
      at += (int) RecordFormat.recordBytes(Bytes.getInt(file, at + 4));
    }
    return starts;
  }

  @Test
  void aManifestThatEndsBehindAnyRecordIsToldOrDoesNoHarm() throws IOException {
    try (Database db = Anvil.open(living)) {
      for (int round = 1; round <= 3; round++) {
        put(db, 0, 200, round);
        db.compact();
      }
      put(db, 200, 300, 1);
      kill(db);
    }
    keepTheLastSegment(killed);
    Path manifest = MisuseDirectories.manifest(killed);
    byte[] bytes = Files.readAllBytes(manifest);
    int incomplete = 0;
    for (int start : records(bytes, HEAD_BYTES, bytes.length)) {
      Files.write(manifest, Arrays.copyOf(bytes, start));
      Path repaired = temporary.resolve("repaired-" + start);
      RepairReport report = Anvil.repair(killed, repaired);
      incomplete += report.isComplete() && report.doubts().isEmpty() ? 0 : 1;
      try (Database db = Anvil.open(repaired, EXISTING)) {
        Set<Integer> found = new TreeSet<>();
        for (String name : db.keyspaces()) {
          found.addAll(SeedKeys.numbers(db.keyspace(name)));
        }
        assertThat(found).as("cut to %d", start).hasSizeBetween(100, 300);
        assertThat(found.size() == 300 || !report.isComplete()).as("cut to %d", start).isTrue();
      }
    }
    assertThat(incomplete).isGreaterThanOrEqualTo(3);
  }

  @Test
  void withoutAManifestATableOfAnotherDatabaseAndAnUnreadableOneAreLeftOut() throws IOException {
    Path stranger = temporary.resolve("stranger");
    try (Database db = Anvil.open(stranger)) {
      for (int round = 0; round < 8; round++) {
        put(db, 0, 50, 9);
        db.compact();
      }
    }
    try (Database db = Anvil.open(living)) {
      put(db, 0, 50, 1);
      put(db.keyspace("other"), 50, 100, 1);
      db.compact();
      kill(db);
    }
    withoutManifest(killed);
    // A table knows its number, so that one can't be taken for another by its name.
    Path foreign = MisuseDirectories.named(stranger, ".sst").getLast();
    String name = foreign.getFileName().toString();
    Files.copy(foreign, killed.resolve(name));
    Files.copy(foreign, killed.resolve("900000.sst"));
    Files.write(killed.resolve("800000.sst"), new byte[10]);
    RepairReport report = repair();
    assertThat(report.losses())
        .anyMatch(loss -> loss.file().equals(name) && isForeign(loss.reason()))
        .anyMatch(loss -> loss.file().equals("900000.sst"))
        .anyMatch(loss -> loss.file().equals("800000.sst") && loss.bytes() == 10);
    assertThat(report.doubts()).anyMatch(doubt -> doubt.contains("unknown keyspace and age"));
    try (Database db = Anvil.open(target, EXISTING)) {
      assertThat(SeedKeys.numbers(db.keyspace("recovered"))).hasSize(100);
      assertThat(db.keyspace("recovered").get(SeedKeys.key(7))).isEqualTo(SeedKeys.value(7, 1));
    }
  }

  private static boolean isForeign(String reason) {
    return reason.contains("belongs to another database");
  }

  @Test
  void aManifestWithoutSoundHeadThatNothingElseTellsOfIsOfNoUse() throws IOException {
    try (Database db = Anvil.open(living)) {
      put(db, 0, 50, 1);
      kill(db);
    }
    MisuseDirectories.flipBit(MisuseDirectories.manifest(killed), 20);
    Files.delete(killed.resolve("CURRENT"));
    RepairReport report = repair();
    assertThat(report.losses())
        .anyMatch(loss -> loss.file().equals("CURRENT") && loss.reason().equals("missing"))
        .anyMatch(loss -> loss.file().startsWith("MANIFEST-"));
    assertThat(report.doubts()).anyMatch(doubt -> doubt.startsWith("no manifest verifies"));
    try (Database db = Anvil.open(target, EXISTING)) {
      assertThat(SeedKeys.numbers(db)).hasSize(50);
    }
  }

  @Test
  void aLogThatNamesMoreKeyspacesThanAnybodyHasMakesAThousand() throws IOException {
    int made = 1_005;
    try (Database db = Anvil.open(living)) {
      for (int i = 0; i < made; i++) {
        put(db.keyspace("k" + i), i, i + 1, 1);
      }
      kill(db);
    }
    withoutManifest(killed);
    RepairReport report = repair();
    assertThat(report.keyspaces()).hasSize(1 + 1_000);
    assertThat(report.losses()).anyMatch(loss -> loss.reason().contains("than are made up: 1000"));
  }
}
