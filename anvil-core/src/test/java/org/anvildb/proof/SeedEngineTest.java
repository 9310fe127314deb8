package org.anvildb.proof;

import static org.anvildb.proof.SeedBench.SMALL;
import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.Health;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.PoisonedException;
import org.anvildb.schedule.Lane;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that the insides of the system that this one grew from have their equals here. */
final class SeedEngineTest {
  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  @Test
  @DisplayName("WAL file: magic and version, checksums: a changed byte of the log is seen")
  void aFlippedBitInSyncedLogIsCorruption() throws IOException {
    Path killed;
    int end;
    try (Database db = Anvil.open(temporary.resolve("living"))) {
      for (int i = 0; i < 200; i++) {
        db.put(key(i), value(i, 0));
        db.sync();
      }
      end = (int) db.stats().memory().activeBytes();
      killed = MisuseDirectories.copy(temporary.resolve("living"), temporary.resolve("killed"));
    }
    Path log = MisuseDirectories.named(killed, ".wal").getFirst();
    byte[] sound = Files.readAllBytes(log);
    // The newest record may be a torn tail: no later one proves that it was synced.
    for (int offset = 64; offset < end - 256; offset += 61) {
      MisuseDirectories.flipBit(log, offset);
      assertThatThrownBy(() -> Anvil.open(killed))
          .as("a bit at %d of %d", offset, end)
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(log.getFileName().toString());
      Files.write(log, sound);
    }
    try (Database db = Anvil.open(killed)) {
      assertThat(SeedKeys.numbers(db)).hasSize(200);
    }
  }

  @Test
  @DisplayName("recovery: logs in order, unflushed ones to tables, garbage collected, no refusal")
  void recoveryFlushesTheLogsAndLeavesUnknownFilesAlone() {
    var disk = new MemoryStorage();
    SeedBench bench = SeedBench.open(disk, options(64));
    bench.lanes.hold(Lane.FLUSH);
    for (int i = 0; i < 600; i++) {
      bench.db.put(key(i % 300), value(i % 300, i / 300));
    }
    assertThat(bench.files(".wal")).hasSizeGreaterThan(5);
    assertThat(bench.files(".sst")).isEmpty();
    disk.create("000900.sst").close();
    disk.create("CURRENT.tmp").close();
    disk.create("notes.txt").close();
    disk.create("000001.log").close();
    bench = bench.killed(SMALL);
    for (int i = 0; i < 300; i++) {
      assertThat(bench.db.get(key(i))).isEqualTo(value(i, 1));
    }
    bench.settle();
    assertThat(bench.tables()).isPositive();
    assertThat(bench.files(".wal")).as("active and prepared").hasSizeLessThanOrEqualTo(2);
    assertThat(bench.disk.list()).doesNotContain("000900.sst", "CURRENT.tmp");
    assertThat(bench.disk.list()).contains("notes.txt", "000001.log");
    bench.db.close();
  }

  private static DatabaseOptions options(int frozen) {
    return SMALL.toBuilder().frozenMemtables(frozen).build();
  }

  @Test
  @DisplayName("memtable: a queue of frozen ones, newest first")
  void frozenMemtablesAreReadNewestFirst() {
    SeedBench bench = SeedBench.create(options(64));
    bench.lanes.hold(Lane.FLUSH);
    for (int generation = 0; generation < 40; generation++) {
      for (int i = 0; i < 20; i++) {
        bench.db.put(key(i), value(i, generation));
      }
      bench.db.delete(key(generation));
    }
    assertThat(bench.db.stats().memory().frozen()).isGreaterThan(5);
    for (int i = 0; i < 20; i++) {
      assertThat(bench.db.get(key(i))).isEqualTo(i == 39 ? null : value(i, 39));
    }
    assertThat(SeedKeys.numbers(bench.db)).hasSize(20);
    bench.lanes.release(Lane.FLUSH);
    bench.db.close();
  }

  @Test
  @DisplayName("log rotation: the limit freezes the memtable, a flush follows, the log goes")
  void aFullLogLeadsToAFlushByItself() {
    SeedBench bench = SeedBench.create(options(4));
    bench.lanes.hold(Lane.FLUSH);
    int i = 0;
    while (bench.db.stats().memory().frozen() == 0) {
      bench.db.put(key(i), value(i, 0));
      i++;
    }
    long frozenBytes = bench.db.stats().memory().frozenBytes();
    assertThat(frozenBytes).isBetween(2L << 10, 8L << 10);
    bench.lanes.release(Lane.FLUSH);
    bench.scheduler.runAll();
    assertThat(bench.db.stats().memory().frozen()).isZero();
    assertThat(bench.db.stats().background().flushes()).isEqualTo(1);
    assertThat(bench.tables()).as("a minor compaction").isEqualTo(1);
    assertThat(SeedKeys.numbers(bench.db)).hasSize(i);
    bench.db.close();
  }

  @Test
  @DisplayName("SST: prefix-delta blocks, index, key range, filter, in every mixture")
  void tablesOfAllKindsAnswerAlike() {
    SeedBench bench = SeedBench.create(DatabaseOptions.defaults());
    for (String codec : List.of("NONE", "LZ4", "DEFLATE")) {
      for (FilterPolicy filter : FilterPolicy.values()) {
        var options = new KeyspaceOptions(codec, filter, 256, 10);
        var keyspace = bench.db.keyspace(codec + filter, options);
        for (int i = 0; i < 1000; i += 2) {
          keyspace.put(key(i), value(i, 0));
        }
        bench.db.compact();
        for (int i = 0; i < 1000; i++) {
          assertThat(keyspace.get(key(i))).isEqualTo(i % 2 == 0 ? value(i, 0) : null);
        }
        assertThat(SeedKeys.numbers(keyspace)).hasSize(500);
      }
    }
    var report = bench.db.verify();
    assertThat(report.findings()).isEmpty();
    assertThat(report.entries()).isEqualTo(3L * FilterPolicy.values().length * 500);
    bench.db.close();
  }

  @Test
  @DisplayName("block cache: counted in bytes, for compressed blocks alone, or none")
  void theBlockCacheCountsBytes() {
    for (int capacity : new int[] {0, 1 << 20}) {
      var options =
          DatabaseOptions.builder()
              .blockCacheBytes(ByteSize.ofBytes(capacity))
              .keyspaceDefaults(KeyspaceOptions.defaults().withCodec("LZ4"))
              .build();
      SeedBench bench = SeedBench.create(options);
      for (int i = 0; i < 1000; i++) {
        bench.db.put(key(i), value(i, 0));
      }
      bench.db.compact();
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 1000; i++) {
          assertThat(bench.db.get(key(i))).isEqualTo(value(i, 0));
        }
      }
      var cache = bench.db.stats().cache();
      assertThat(cache.capacityBytes()).isEqualTo(capacity);
      assertThat(cache.usedBytes()).isBetween(capacity == 0 ? 0 : 1L, (long) capacity);
      assertThat(cache.hits() > 0).isEqualTo(capacity > 0);
      bench.db.close();
    }
  }

  @Test
  @DisplayName("tablet: young tables may overlap; the levels below grow by the ratio, and hold all")
  void levelsKeepTheirShape() {
    var options =
        SMALL.toBuilder().keyspaceDefaults(KeyspaceOptions.defaults().withLevelRatio(4)).build();
    SeedBench bench = SeedBench.create(options);
    for (int i = 0; i < 30_000; i++) {
      bench.db.put(key((int) (i * 7919L % 10_000)), value(i, 0));
    }
    bench.settle();
    var levels = bench.levels();
    assertThat(levels).hasSizeBetween(3, 8);
    assertThat(levels.getFirst().tables()).as("young tables are merged away").isLessThan(12);
    var last = levels.getLast();
    for (var level : levels) {
      assertThat(level.bytes()).isLessThanOrEqualTo(last.bytes());
    }
    assertThat(SeedKeys.numbers(bench.db)).hasSize(10_000).isSorted();
    assertThat(bench.db.verify().findings()).isEmpty();
    bench.db.close();
  }

  @Test
  @DisplayName("task choice: minor, regular and major; tombstones are dropped in the last level")
  void minorRegularAndMajorCompactions() {
    SeedBench bench = SeedBench.create(SMALL);
    bench.db.put(key(0), value(0, 0));
    bench = bench.reopened(SMALL);
    assertThat(bench.levels().getFirst().tables()).as("minor, at the close").isEqualTo(1);
    for (int i = 0; i < 5000; i++) {
      bench.db.put(key(i % 1000), value(i, 0));
    }
    bench.settle();
    assertThat(bench.db.stats().background().flushes()).as("minor").isPositive();
    assertThat(bench.db.stats().background().compactions()).as("regular").isPositive();
    for (int i = 0; i < 1000; i++) {
      bench.db.delete(key(i));
    }
    bench.db.compact();
    assertThat(bench.tables()).as("major, with nothing left").isZero();
    assertThat(bench.files(".sst").size() - bench.db.stats().garbage().pendingFiles()).isZero();
    bench.db.close();
  }

  @Test
  @DisplayName("compactor: opens all inputs first, names all that can't be read, changes nothing")
  void aCompactionNamesAllInputsThatCannotBeRead() throws IOException {
    Path directory = temporary.resolve("db");
    List<Path> tables = new ArrayList<>();
    for (int generation = 0; generation < 3; generation++) {
      try (Database db = Anvil.open(directory)) {
        for (int i = 0; i < 2000; i++) {
          db.put(key(i), value(i, generation));
        }
      }
      MisuseDirectories.named(directory, ".sst").stream()
          .filter(file -> !tables.contains(file))
          .forEach(tables::add);
    }
    assertThat(tables).hasSize(3);
    byte[] first = Files.readAllBytes(tables.get(0));
    byte[] last = Files.readAllBytes(tables.get(2));
    MisuseDirectories.flipBit(tables.get(0), 30);
    MisuseDirectories.flipBit(tables.get(2), 30);
    try (Database db = Anvil.open(directory)) {
      var before = MisuseDirectories.named(directory, ".sst");
      assertThatThrownBy(db::compact)
          .isInstanceOf(PoisonedException.class)
          .cause()
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining("2 of the 3 input tables")
          .hasMessageContaining(tables.get(0).getFileName().toString())
          .hasMessageContaining(tables.get(2).getFileName().toString())
          .hasMessageNotContaining(tables.get(1).getFileName().toString());
      assertThat(db.health()).isInstanceOf(Health.Poisoned.class);
      assertThat(MisuseDirectories.named(directory, ".sst")).isEqualTo(before);
    }
    Files.write(tables.get(0), first);
    Files.write(tables.get(2), last);
    try (Database db = Anvil.open(directory)) {
      db.compact();
      assertThat(db.get(key(7))).isEqualTo(value(7, 2));
      assertThat(db.verify().findings()).isEmpty();
    }
  }

  @Test
  @DisplayName("garbage collection: what can't be deleted is queued and tried again, and counted")
  void deletionsThatFailAreTriedAgain() {
    SeedBench bench = SeedBench.create(SMALL);
    for (int i = 0; i < 500; i++) {
      bench.db.put(key(i), value(i, 0));
    }
    SeedFaultTest.failFromNowOn(bench, OperationKind.DELETE);
    try (MisuseLog log = MisuseLog.start()) {
      bench.db.compact();
      bench.scheduler.runAll();
      assertThat(log.warnings("could not be deleted and is tried again")).isNotEmpty();
    }
    var garbage = bench.db.stats().garbage();
    assertThat(garbage.failedDeletes()).isPositive();
    assertThat(garbage.pendingFiles()).isPositive();
    assertThat(bench.files(".sst")).hasSizeGreaterThan(bench.tables());
    assertThat(bench.db.health()).isInstanceOf(Health.Healthy.class);

    for (int round = 0; round < 3; round++) {
      bench.scheduler.advance(TimeUnit.SECONDS.toNanos(30));
      bench.scheduler.runAll();
    }
    assertThat(bench.db.stats().garbage().failedDeletes())
        .as("tried again")
        .isGreaterThan(garbage.failedDeletes());
    bench.storage.inject(null);
    bench.scheduler.advance(TimeUnit.SECONDS.toNanos(30));
    bench.scheduler.runAll();
    assertThat(bench.db.stats().garbage().pendingFiles()).isZero();
    assertThat(bench.db.stats().garbage().deletedFiles())
        .isGreaterThanOrEqualTo(garbage.pendingFiles());
    assertThat(bench.files(".sst")).hasSize(bench.tables());
    bench.db.close();
  }

  @Test
  @DisplayName("garbage collection: what a close leaves undone, the next opening does")
  void theNextOpeningDeletesWhatCouldNotBeDeleted() {
    SeedBench bench = SeedBench.create(SMALL);
    for (int i = 0; i < 500; i++) {
      bench.db.put(key(i), value(i, 0));
    }
    SeedFaultTest.failFromNowOn(bench, OperationKind.DELETE);
    bench.db.compact();
    int tables = bench.tables();
    try {
      bench.db.close();
    } catch (RuntimeException e) {
      assertThat(e).hasMessageContaining("injected");
    }
    assertThat(bench.files(".sst")).hasSizeGreaterThan(tables);
    SeedBench again = SeedBench.open(bench.disk, SMALL);
    again.settle();
    assertThat(again.files(".sst")).hasSize(tables);
    assertThat(again.files(".wal")).hasSizeLessThanOrEqualTo(2);
    assertThat(SeedKeys.numbers(again.db)).hasSize(500);
    again.db.close();
  }

  @Test
  @DisplayName("readers: a table is deleted when its last reader is gone")
  void aTableIsDeletedWhenItsLastReaderIsGone() {
    SeedBench bench = SeedBench.create(SMALL);
    bench.db.put(key(1), value(1, 0));
    bench.db.compact();
    bench.settle();
    String table = bench.files(".sst").getFirst();
    Cursor first = bench.db.cursor();
    Cursor second = bench.db.cursor();
    bench.db.put(key(1), value(1, 1));
    bench.db.compact();
    bench.settle();
    assertThat(bench.files(".sst")).hasSize(2).contains(table);
    first.close();
    bench.settle();
    assertThat(bench.files(".sst")).contains(table);
    assertThat(second.next()).isTrue();
    assertThat(second.value()).isEqualTo(value(1, 0));
    second.close();
    bench.settle();
    assertThat(bench.files(".sst")).hasSize(1).doesNotContain(table);
    bench.db.close();
  }
}
