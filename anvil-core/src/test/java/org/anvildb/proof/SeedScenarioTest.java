package org.anvildb.proof;

import static org.anvildb.proof.SeedBench.SMALL;
import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.KeyRange;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The integration scenarios of the system that this one grew from, at larger sizes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SeedScenarioTest {
  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  @ParameterizedTest
  @DisplayName("set evens, recover; write odds, recover; override the upper half, recover")
  @ValueSource(ints = {4, 100, 30_000})
  void evensThenOddsThenTheUpperHalfWithRecoveriesBetween(int keys) {
    SeedBench bench = SeedBench.create(SMALL);
    for (int i = 0; i < keys; i += 2) {
      bench.db.put(key(i), value(i, 0));
    }
    bench = bench.killed(SMALL);
    check(bench.db, IntStream.range(0, keys).map(i -> i % 2 == 0 ? 0 : -1).toArray());
    for (int i = 1; i < keys; i += 2) {
      bench.db.put(key(i), value(i, 1));
    }
    bench = bench.killed(SMALL);
    check(bench.db, IntStream.range(0, keys).map(i -> i % 2).toArray());
    for (int i = keys / 2; i < keys; i++) {
      bench.db.put(key(i), value(i, 2));
    }
    bench = bench.reopened(SMALL);
    check(bench.db, IntStream.range(0, keys).map(i -> i < keys / 2 ? i % 2 : 2).toArray());
    bench.db.close();
  }

  /** Checks the generation of each key, -1 for an absent one, by gets and by a scan. */
  private static void check(Database db, int[] generations) {
    List<Integer> present = new ArrayList<>();
    for (int i = 0; i < generations.length; i++) {
      byte[] expected = generations[i] < 0 ? null : value(i, generations[i]);
      assertThat(db.get(key(i))).as("key %d", i).isEqualTo(expected);
      if (expected != null) {
        present.add(i);
      }
    }
    assertThat(SeedKeys.numbers(db)).isEqualTo(present);
  }

  @ParameterizedTest
  @DisplayName("delete each, set, delete again, recover, check empty (1 and many threads)")
  @ValueSource(ints = {1, 8})
  void deletingAllTwiceLeavesNothing(int threads) throws InterruptedException {
    int keys = 4000;
    var options = DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(32)).build();
    try (Database db = Anvil.open(temporary, options)) {
      onThreads(
          threads,
          t -> {
            for (int i = t; i < keys; i += threads) {
              db.delete(key(i));
            }
            for (int i = t; i < keys; i += threads) {
              db.put(key(i), value(i, 0));
              assertThat(db.get(key(i))).isEqualTo(value(i, 0));
            }
            for (int i = t; i < keys; i += threads) {
              db.delete(key(i));
            }
          });
    }
    for (int round = 0; round < 2; round++) {
      try (Database db = Anvil.open(temporary, options)) {
        assertThat(db.count(KeyRange.all())).isZero();
        for (int i = 0; i < keys; i++) {
          assertThat(db.contains(key(i))).isFalse();
        }
        db.compact();
        assertThat(db.stats().tableBytes()).as("no tombstone is left").isZero();
      }
    }
  }

  @Test
  @DisplayName("concurrent writers of odd and even keys, with a recovery between")
  void writersOfOddAndEvenKeysDoNotDisturbEachOther() throws InterruptedException {
    int keys = 6000;
    var options = DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(32)).build();
    for (int generation = 0; generation < 3; generation++) {
      int written = generation;
      try (Database db = Anvil.open(temporary, options)) {
        onThreads(
            2,
            t -> {
              for (int i = t; i < keys; i += 2) {
                db.put(key(i), value(i, written));
              }
            });
      }
      try (Database db = Anvil.open(temporary, options)) {
        check(db, IntStream.range(0, keys).map(i -> written).toArray());
      }
    }
  }

  private static void onThreads(int count, IntConsumer work) throws InterruptedException {
    Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < count; t++) {
      int number = t;
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                try {
                  work.accept(number);
                } catch (Throwable e) {
                  failures.add(e);
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(failures).isEmpty();
  }

  @Test
  @DisplayName("scan while every fifth key changes to 2, 0, 3, stays, is deleted")
  void aScanSeesTheMomentOfItsStartWhileEveryFifthKeyChanges() {
    int keys = 5000;
    SeedBench bench = SeedBench.create(SMALL);
    for (int i = 0; i < keys; i++) {
      bench.db.put(key(i), value(i, 1));
    }
    try (Cursor cursor = bench.db.cursor()) {
      for (int i = 0; i < keys; i++) {
        // Changes run ahead of the scan at first, then behind it.
        change(bench.db, (int) (i * 7919L % keys));
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.key()).isEqualTo(key(i));
        assertThat(cursor.value()).isEqualTo(value(i, 1));
      }
      assertThat(cursor.next()).isFalse();
    }
    int[] after = IntStream.range(0, keys).map(i -> new int[] {2, 0, 3, 1, -1}[i % 5]).toArray();
    check(bench.db, after);
    bench.db.compact();
    check(bench.db, after);
    bench = bench.killed(SMALL);
    check(bench.db, after);
    bench.db.close();
  }

  private static void change(Database db, int number) {
    switch (number % 5) {
      case 0 -> db.put(key(number), value(number, 2));
      case 1 -> db.put(key(number), value(number, 0));
      case 2 -> db.put(key(number), value(number, 3));
      case 3 -> {}
      default -> db.delete(key(number));
    }
  }

  @Test
  @DisplayName("natural log rotation leaves exactly one log and one base table")
  void naturalLogRotationLeavesOneLogAndOneTable() {
    SeedBench bench = SeedBench.create(SMALL);
    for (int i = 0; i < 2000; i++) {
      bench.db.put(key(i % 50), value(i, 0));
    }
    assertThat(bench.db.stats().background().flushes()).as("rotated by itself").isPositive();
    bench.db.compact();
    bench.settle();
    assertThat(bench.tables()).isEqualTo(1);
    assertThat(bench.files(".sst")).hasSize(1);
    var memory = bench.db.stats().memory();
    assertThat(memory.frozen()).isZero();
    assertThat(memory.entries()).as("the one live log holds nothing yet").isZero();
    bench.db.close();
    assertThat(bench.files(".wal")).as("without the spare ones").hasSize(1);
    assertThat(bench.files(".sst")).hasSize(1);
    assertThat(bench.disk.list().stream().filter(n -> n.startsWith("MANIFEST"))).hasSize(1);
  }

  @Test
  @DisplayName("level updates atomic for readers")
  void levelUpdatesAreAtomicForReaders() throws InterruptedException {
    int keys = 3000;
    var options = DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(16)).build();
    try (Database db = Anvil.open(temporary, options)) {
      for (int i = 0; i < keys; i++) {
        db.put(key(i), value(i, 0));
      }
      AtomicBoolean done = new AtomicBoolean();
      onThreads(
          3,
          t -> {
            if (t == 0) {
              try {
                for (int generation = 1; generation <= 5; generation++) {
                  for (int i = 0; i < keys; i++) {
                    db.put(key(i), value(i, generation));
                  }
                  db.compact();
                }
              } finally {
                done.set(true);
              }
            } else {
              while (!done.get()) {
                // A key that is missing or seen twice would be a level caught in its change.
                assertThat(SeedKeys.numbers(db)).hasSize(keys).isSorted();
                assertThat(db.get(key(keys / 2))).isNotNull();
              }
            }
          });
    }
  }

  @Test
  @DisplayName("user-requested compaction on 100,000 time-series points (12-byte keys)")
  void compactionOfAHundredThousandPoints() {
    int points = 100_000;
    try (Database db = Anvil.open(temporary, DatabaseOptions.defaults())) {
      for (int i = 0; i < points; i++) {
        db.put(point(i), new byte[64]);
      }
      db.compact();
      assertThat(db.stats().keyspaces().getFirst().entries()).isEqualTo(points);
      assertThat(db.stats().keyspaces().getFirst().levels().stream().filter(l -> l.tables() > 0))
          .hasSize(1);
    }
    try (Database db = Anvil.open(temporary)) {
      assertThat(db.count(KeyRange.all())).isEqualTo(points);
      for (int i = 0; i < points; i += 97) {
        assertThat(db.get(point(i))).hasSize(64);
      }
    }
  }

  /** Returns the key of a point: a series of ten, then a time. */
  private static byte[] point(int i) {
    return ByteBuffer.allocate(12).putInt(i % 10).putLong(1_700_000_000_000L + i).array();
  }

  @Test
  @DisplayName("empty recovery twice")
  void anEmptyDatabaseIsRecoveredTwice() {
    SeedBench bench = SeedBench.create(SMALL);
    for (int round = 0; round < 3; round++) {
      assertThat(SeedKeys.numbers(bench.db)).isEmpty();
      bench = round == 1 ? bench.reopened(SMALL) : bench.killed(SMALL);
    }
    bench.db.put(key(1), value(1, 0));
    bench = bench.killed(SMALL);
    assertThat(SeedKeys.numbers(bench.db)).as("tiny").containsExactly(1);
    bench.db.close();
  }
}
