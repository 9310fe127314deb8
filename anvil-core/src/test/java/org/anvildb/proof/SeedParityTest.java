package org.anvildb.proof;

import static org.anvildb.proof.SeedBench.SMALL;
import static org.anvildb.proof.SeedKeys.bytes;
import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.KeyRange;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Holds that each part of the system that this one grew from has its equal here: what users call
 * and what they set. Its insides are in {@link SeedEngineTest}, its scenarios in {@link
 * SeedScenarioTest}, its faults in {@link SeedFaultTest}.
 */
final class SeedParityTest {
  @Test
  @DisplayName("`AnvilDB::new`, `with_config`, `recover`, `close`: one open for all, and close")
  void oneOpenCreatesConfiguresAndRecovers() {
    SeedBench bench = SeedBench.create(DatabaseOptions.defaults());
    bench.db.put(key(1), value(1, 0));
    bench = bench.killed(SMALL);
    assertThat(bench.db.get(key(1))).as("recovered, with other options").isEqualTo(value(1, 0));
    bench = bench.reopened(DatabaseOptions.defaults());
    assertThat(bench.db.get(key(1))).as("reopened").isEqualTo(value(1, 0));
    bench.db.close();
  }

  @Test
  @DisplayName("`get`, `set`, `remove` and their `async_` forms: async set waits for the log")
  void getPutDeleteAndTheirAsyncFormsCompleteWhenDurable() {
    var options = DatabaseOptions.builder().durability(Durability.SYNC).build();
    SeedBench bench = SeedBench.create(options);
    Database db = bench.db;
    db.put(key(1), value(1, 0));
    assertThat(db.get(key(1))).isEqualTo(value(1, 0));
    db.delete(key(1));
    assertThat(db.get(key(1))).isNull();

    bench.lanes.hold(Lane.SYNC);
    List<CompletableFuture<?>> writes =
        List.of(
            db.putAsync(key(2), value(2, 0)),
            db.putAsync(key(3), value(3, 0)),
            db.deleteAsync(key(2)),
            db.writeAsync(db.newBatch().put(key(4), value(4, 0))));
    assertThat(db.get(key(3))).as("visible at once").isEqualTo(value(3, 0));
    bench.scheduler.runAll();
    assertThat(writes).as("not yet on disk").noneMatch(CompletableFuture::isDone);
    long synced = db.stats().durableSequence();
    bench.lanes.release(Lane.SYNC);
    bench.scheduler.runAll();
    writes.forEach(CompletableFuture::join);
    assertThat(db.stats().durableSequence()).isEqualTo(synced + 4);

    assertThat(db.getAsync(key(3)).join()).isEqualTo(value(3, 0));
    assertThat(db.getAsync(key(2)).join()).isNull();
    db.close();
  }

  @Test
  @DisplayName("`insert`, `update`: putIfAbsent, replace, compare-and-set")
  void conditionalWritesAreAtomic() {
    SeedBench bench = SeedBench.create(SMALL);
    Database db = bench.db;
    for (int round = 0; round < 3; round++) {
      byte[] one = key(round);
      assertThat(db.replace(one, bytes("b"))).as("absent").isFalse();
      assertThat(db.contains(one)).isFalse();
      assertThat(db.putIfAbsent(one, bytes("a"))).isTrue();
      assertThat(db.putIfAbsent(one, bytes("x"))).as("present").isFalse();
      if (round == 1) {
        db.compact();
      }
      assertThat(db.replace(one, bytes("b"))).isTrue();
      assertThat(db.replace(one, bytes("a"), bytes("c"))).as("another value").isFalse();
      assertThat(db.replace(one, bytes("b"), bytes("c"))).isTrue();
      assertThat(db.delete(one, bytes("b"))).isFalse();
      assertThat(db.get(one)).isEqualTo(bytes("c"));
      assertThat(db.delete(one, bytes("c"))).isTrue();
      assertThat(db.replace(one, bytes("c"), bytes("d"))).as("deleted").isFalse();
      assertThat(db.delete(one, bytes("c"))).as("deleted").isFalse();
      assertThat(db.putIfAbsent(one, bytes("e"))).as("deleted").isTrue();
    }
    bench = bench.killed(SMALL);
    assertThat(bench.db.get(key(2))).isEqualTo(bytes("e"));
    bench.db.close();
  }

  @Test
  @DisplayName("`insert`, `update`: concurrent compare-and-set loses no count")
  void concurrentCompareAndSetLosesNoCount() throws InterruptedException {
    try (Database db = Anvil.openInMemory()) {
      db.put(key(0), key(0));
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  for (int i = 0; i < 500; i++) {
                    byte[] seen = db.get(key(0));
                    while (!db.replace(key(0), seen, next(seen))) {
                      seen = db.get(key(0));
                    }
                  }
                }));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(db.get(key(0))).isEqualTo(key(2000));
    }
  }

  private static byte[] next(byte[] number) {
    return key(java.nio.ByteBuffer.wrap(number).getInt() + 1);
  }

  @Test
  @DisplayName("`try_scan().from(k).to(k)`, async scan: cursors and streams over a range")
  void scansMergeMemtablesAndLevelsHideTombstonesAndBearWrites() {
    SeedBench bench = SeedBench.create(SMALL);
    Database db = bench.db;
    for (int i = 0; i < 300; i++) {
      db.put(key(i), value(i, 0));
      if (i == 150) {
        db.compact();
      }
    }
    for (int i = 0; i < 300; i += 3) {
      db.delete(key(i));
    }
    List<Integer> expected = new ArrayList<>();
    for (int i = 100; i < 200; i++) {
      if (i % 3 != 0) {
        expected.add(i);
      }
    }
    List<Integer> scanned = new ArrayList<>();
    try (Cursor cursor = db.cursor(KeyRange.between(key(100), key(200)))) {
      while (cursor.next()) {
        int number = java.nio.ByteBuffer.wrap(cursor.key()).getInt();
        scanned.add(number);
        db.put(key(number + 1), value(0, 9));
        db.delete(key(199));
      }
    }
    assertThat(scanned).isEqualTo(expected);
    try (var stream = db.stream(KeyRange.between(key(100), key(110)))) {
      assertThat(stream.map(e -> java.nio.ByteBuffer.wrap(e.key()).getInt()))
          .containsExactly(100, 101, 102, 103, 104, 105, 106, 107, 108, 109);
    }
    // In place of the asynchronous scan: a stream on a thread of the caller's choice.
    CompletableFuture<Long> async =
        CompletableFuture.supplyAsync(() -> db.count(KeyRange.all()), Runnable::run);
    assertThat(async.join()).isEqualTo(db.count(KeyRange.all()));
    db.close();
  }

  @Test
  @DisplayName("`compact()`: rotates the memtable, then a major compaction, answers when done")
  void compactLeavesOneLevelAndHasARangeForm() {
    SeedBench bench = SeedBench.create(SMALL);
    for (int generation = 0; generation < 3; generation++) {
      for (int i = 0; i < 200; i++) {
        bench.db.put(key(i), value(i, generation));
      }
    }
    bench.db.compact();
    assertThat(bench.db.stats().memory().entries()).as("memtable").isZero();
    assertThat(bench.levels().stream().filter(level -> level.tables() > 0)).hasSize(1);
    assertThat(bench.db.stats().keyspaces().getFirst().entries()).isEqualTo(200);

    for (int i = 0; i < 200; i++) {
      bench.db.delete(key(i));
    }
    bench.db.compact(KeyRange.between(key(0), key(100)));
    assertThat(SeedKeys.numbers(bench.db)).isEmpty();
    bench.db.compact(KeyRange.all());
    assertThat(bench.tables()).isZero();
    bench.db.close();
  }

  @Test
  @DisplayName("config: max concurrent writers, max WAL bytes, cache bytes")
  void theKnobsHaveTheirEqualsAndDefaults() {
    DatabaseOptions defaults = DatabaseOptions.defaults();
    // Writers need no limit, they share one log; what runs at a time is the background work.
    assertThat(defaults.backgroundThreads()).isEqualTo(2);
    assertThat(defaults.memtableBytes()).isEqualTo(ByteSize.ofMiB(64));
    // Not half of the free memory: what matters of it is cached by the operating system.
    assertThat(defaults.blockCacheBytes().bytes()).isEqualTo(Runtime.getRuntime().maxMemory() / 16);
    var given =
        DatabaseOptions.builder()
            .backgroundThreads(7)
            .memtableBytes(ByteSize.ofKiB(4))
            .blockCacheBytes(ByteSize.ofKiB(12))
            .build();
    SeedBench bench = SeedBench.create(given);
    assertThat(bench.db.stats().options()).isEqualTo(given);
    assertThat(bench.db.stats().cache().capacityBytes()).isEqualTo(12 << 10);
    for (int i = 0; i < 1000; i++) {
      bench.db.put(key(i), value(i, 0));
      assertThat(bench.db.stats().memory().activeBytes()).isLessThan(8 << 10);
    }
    bench.db.close();
  }

  @Test
  @DisplayName("WAL presets: group commit, lazy sync; nothing is weaker than the system's memory")
  void syncsAreSharedAndLazyOnesComeWithinTheInterval() {
    SeedBench bench = SeedBench.create(DatabaseOptions.defaults());
    Database db = bench.db;
    db.put(key(0), value(0, 0), Durability.SYNC);
    long syncs = db.stats().writes().syncs();
    for (int i = 1; i <= 100; i++) {
      db.put(key(i), value(i, 0), Durability.OS);
    }
    assertThat(db.stats().durableSequence()).as("acknowledged before").isEqualTo(1);
    bench.scheduler.advance(999_000_000);
    bench.scheduler.runAll();
    assertThat(db.stats().durableSequence()).as("within the interval").isEqualTo(1);
    bench.scheduler.advance(1_000_000);
    bench.scheduler.runAll();
    assertThat(db.stats().durableSequence()).as("lazily").isEqualTo(101);
    assertThat(db.stats().writes().syncs()).as("once for all").isEqualTo(syncs + 1);
    db.close();

    bench = SeedBench.create(DatabaseOptions.builder().durability(Durability.SYNC).build());
    List<CompletableFuture<Void>> group = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      group.add(bench.db.putAsync(key(i), value(i, 0)));
    }
    bench.scheduler.runAll();
    group.forEach(CompletableFuture::join);
    assertThat(bench.db.stats().writes().syncs()).as("group commit").isEqualTo(1);
    bench.db.close();
  }

  @Test
  @DisplayName("blob store: pluggable storage; what it keeps is written once")
  void anyStorageWillDoAndTablesAreWrittenOnce() {
    var disk = new MemoryStorage();
    List<String> created = new ArrayList<>();
    disk.setHook(
        new org.anvildb.storage.sim.OperationHook() {
          @Override
          public void before(org.anvildb.storage.sim.Operation operation, long index) {
            if (operation.kind() == org.anvildb.storage.sim.OperationKind.CREATE
                && !operation.name().startsWith("CURRENT")) {
              created.add(operation.name());
            }
          }
        });
    for (int round = 0; round < 3; round++) {
      SeedBench bench = SeedBench.open(disk, SMALL);
      for (int i = 0; i < 500; i++) {
        bench.db.put(key(i), value(i, round));
      }
      bench.db.compact();
      bench.db.close();
    }
    assertThat(created).hasSizeGreaterThan(10).doesNotHaveDuplicates();
  }

  @Test
  @DisplayName("logging: System.Logger, so that a test's logger can archive")
  void whatGoesWrongIsLoggedWithItsPlace() {
    var disk = new MemoryStorage();
    try (MisuseLog log = MisuseLog.start()) {
      var options = DatabaseOptions.builder().createIfMissing(false).build();
      assertThatThrownBy(
              () -> Anvil.open(disk, new InlineScheduler(new Random(1)), new Random(1), options))
          .hasMessageContaining("memory");
      assertThat(log.warnings("memory")).as("what is thrown is not logged, too").isEmpty();
      SeedBench bench = SeedBench.open(disk, SMALL);
      SeedFaultTest.failFromNowOn(bench, org.anvildb.storage.sim.OperationKind.CREATE);
      bench.db.put(key(1), value(1, 0));
      assertThatThrownBy(bench.db::compact).isInstanceOf(RuntimeException.class);
      assertThat(log.warnings("AnvilDB at memory"))
          .filteredOn(warning -> warning.contains("failed"))
          .hasSize(1);
      bench.db.close();
    }
  }

  @Test
  @DisplayName("`kv_dump` example: 1 MiB of 16+16-byte pairs, against a flat list of the same")
  void aMebibyteOfSmallPairsComesBack() {
    Random random = new Random(11);
    var flat = new java.util.TreeMap<byte[], byte[]>(Arrays::compareUnsigned);
    SeedBench bench =
        SeedBench.create(
            DatabaseOptions.builder()
                .memtableBytes(ByteSize.ofKiB(256))
                .keyspaceDefaults(KeyspaceOptions.defaults().withCodec("LZ4"))
                .build());
    for (int i = 0; i < (1 << 20) / 32; i++) {
      byte[] key = new byte[16];
      byte[] value = new byte[16];
      random.nextBytes(key);
      random.nextBytes(value);
      flat.put(key, value);
      bench.db.put(key, value);
    }
    var expected = flat.entrySet().iterator();
    try (Cursor cursor = bench.db.cursor()) {
      while (cursor.next()) {
        var entry = expected.next();
        assertThat(cursor.key()).isEqualTo(entry.getKey());
        assertThat(cursor.value()).isEqualTo(entry.getValue());
      }
    }
    assertThat(expected.hasNext()).isFalse();
    bench.db.close();
  }
}
