package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** The misuses 23, 24 and 26: calls after and during the close, no close, a very late close. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MisuseClosingTest {
  private static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(8)).build();

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  @Test
  void misuse23_everyCallAfterTheCloseSaysWhoClosedTheDatabaseAndWhen() {
    Database db = Anvil.open(temporary);
    Keyspace second = db.keyspace("second");
    db.put(key(1), value(1, 0));
    second.put(key(1), value(1, 0));
    var snapshot = db.snapshot();
    Cursor cursor = db.cursor();
    assertThat(cursor.next()).isTrue();
    var batch = db.newBatch().put(key(2), value(2, 0));
    db.close();

    List<Executable> calls =
        new ArrayList<>(
            List.of(
                cursor::next,
                cursor::previous,
                cursor::key,
                cursor::value,
                () -> cursor.seek(key(1)),
                () -> snapshot.get(key(1)),
                snapshot::cursor,
                () -> snapshot.in(second).get(key(1)),
                () -> db.write(batch),
                () -> db.write(batch, Durability.SYNC),
                () -> db.writeAsync(batch),
                db::snapshot,
                db::sync,
                db::compact,
                db::stats,
                db::verify,
                db::keyspaces,
                () -> db.keyspace("second"),
                () -> db.keyspace("third"),
                () -> db.dropKeyspace("second")));
    for (Keyspace keyspace : List.of(db, second)) {
      calls.addAll(callsOf(keyspace));
    }
    for (Executable call : calls) {
      assertThatThrownBy(call::execute)
          .isInstanceOf(ClosedException.class)
          .hasMessageContaining("was closed at 2")
          .hasMessageContaining("by thread " + Thread.currentThread().getName());
    }
    assertThat(db.health()).isInstanceOf(Health.Closed.class);
    cursor.close();
    snapshot.close();
    assertThat(db.name()).isEqualTo("default");
    assertThat(second.name()).isEqualTo("second");
  }

  private static List<Executable> callsOf(Keyspace keyspace) {
    return List.of(
        () -> keyspace.get(key(1)),
        () -> keyspace.get(key(1), new byte[100], 0),
        () -> keyspace.read(key(1), v -> v),
        () -> keyspace.contains(key(1)),
        () -> keyspace.getAsync(key(1)),
        () -> keyspace.put(key(1), key(1)),
        () -> keyspace.put(key(1), key(1), Durability.SYNC),
        () -> keyspace.putAsync(key(1), key(1)),
        () -> keyspace.delete(key(1)),
        () -> keyspace.deleteAsync(key(1)),
        () -> keyspace.putIfAbsent(key(1), key(1)),
        () -> keyspace.replace(key(1), key(1)),
        () -> keyspace.cursor(),
        () -> keyspace.stream(KeyRange.all()),
        () -> keyspace.count(KeyRange.all()),
        () -> keyspace.compact(KeyRange.all()));
  }

  @Test
  void misuse24_closeWhileOthersReadAndWriteLosesNothingAndThrowsOnlyClosed() throws Exception {
    for (int round = 0; round < 8; round++) {
      Path directory = temporary.resolve("db" + round);
      Database db = Anvil.open(directory, SMALL);
      Map<Integer, Boolean> acknowledged = new ConcurrentHashMap<>();
      Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
      CountDownLatch warm = new CountDownLatch(4);
      List<Thread> threads = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        int base = t << 24;
        Durability durability = t % 2 == 0 ? Durability.OS : Durability.SYNC;
        threads.add(
            Thread.ofPlatform()
                .start(() -> {
                  try {
                    for (int i = 0; true; i++) {
                      db.put(key(base + i), value(i, 0), durability);
                      acknowledged.put(base + i, true);
                      assertThat(db.get(key(base + i))).isEqualTo(value(i, 0));
                      db.count(KeyRange.between(key(base + i - 10), key(base + i)));
                      if (i == 50) {
                        warm.countDown();
                      }
                    }
                  } catch (ClosedException e) {
                    // What a call that comes too late must get.
                  } catch (Throwable e) {
                    unexpected.add(e);
                    warm.countDown();
                  }
                }));
      }
      warm.await();
      db.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(unexpected).isEmpty();
      try (Database again = Anvil.open(directory, SMALL)) {
        for (int number : acknowledged.keySet()) {
          assertThat(again.contains(key(number))).as("key %d", number).isTrue();
        }
      }
    }
  }

  @Test
  void misuse24_aSecondCloseDoesNothing() {
    Database db = Anvil.open(temporary);
    db.close();
    db.close();
    try (Database again = Anvil.open(temporary)) {
      db.close();
      again.put(key(1), value(1, 0));
      assertThat(MisuseHolder.ask(temporary)).contains("held by pid");
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void misuse24_closeFromAReadersFunctionIsRefusedAndHarmsNothing() {
    try (Database db = Anvil.open(temporary)) {
      Runnable close = db::close;
      db.put(key(1), value(1, 0));
      assertThatThrownBy(() ->
              db.read(
                  key(1),
                  v -> {
                    close.run();
                    return v;
                  }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("close() was called from a function");
      db.put(key(2), value(2, 0));
      assertThat(db.get(key(1))).isEqualTo(value(1, 0));
    }
  }

  @Test
  void misuse24_closeEndsTheWaitOfAStalledWriter() throws InterruptedException {
    var lanes = new MisuseLanes(new ThreadScheduler("test", 1));
    lanes.hold(Lane.FLUSH);
    Database db = Anvil.open(new MemoryStorage(), lanes, new Random(1), SMALL);
    Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                for (int i = 0; true; i++) {
                  db.put(key(i), new byte[200]);
                }
              } catch (RuntimeException e) {
                thrown.add(e);
              }
            });
    while (db.stats().writes().stalls() == 0) {
      Thread.onSpinWait();
    }
    Thread closer = Thread.ofPlatform().start(db::close);
    writer.join();
    assertThat(thrown).singleElement().isInstanceOf(ClosedException.class);
    lanes.release(Lane.FLUSH);
    closer.join();
  }

  @Test
  void misuse24_closeUnmapsEverythingWhateverWasLeftOpen() {
    for (long seed = 0; seed < 20; seed++) {
      boolean inline = seed % 2 == 0;
      List<Arena> arenas = java.util.Collections.synchronizedList(new ArrayList<>());
      var storage =
          new MemoryStorage(() -> {
            Arena arena = Arena.ofShared();
            arenas.add(arena);
            return arena;
          });
      Scheduler scheduler =
          inline ? new InlineScheduler(new Random(seed)) : new ThreadScheduler("test", 1);
      Database db = Anvil.open(storage, scheduler, new Random(seed), SMALL);
      List<Cursor> left = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        db.put(key(i % 100), new byte[100]);
        if (i % 60 == 0) {
          Cursor cursor = db.cursor();
          cursor.next();
          left.add(cursor);
        }
      }
      db.compact();
      left.removeFirst().close();
      db.close();
      assertThat(arenas)
          .as("seed %d", seed)
          .isNotEmpty()
          .noneMatch(arena -> arena.scope().isAlive());
      left.forEach(Cursor::close);
    }
  }

  @Test
  void misuse24_aDatabaseThatNobodyClosedIsClosedByTheCollectorWithAWarning() {
    try (MisuseLog log = MisuseLog.start()) {
      forget(temporary);
      awaitWarning(log);
      assertThat(log.warnings(temporary.toString()))
          .singleElement()
          .asString()
          .contains(
              "never closed", "opened at", "MisuseClosingTest.forget(MisuseClosingTest.java:");
      try (Database again = Anvil.open(temporary)) {
        assertThat(again.get(key(1))).isEqualTo(value(1, 0));
      }
    }
  }

  private static void forget(Path directory) {
    Anvil.open(directory).put(key(1), value(1, 0));
  }

  private void awaitWarning(MisuseLog log) {
    while (log.warnings(temporary.toString()).isEmpty()) {
      System.gc();
      Thread.onSpinWait();
    }
  }

  @Test
  void misuse24_whoeverHoldsAPartOfADatabaseHoldsItOpen() {
    try (MisuseLog log = MisuseLog.start()) {
      Keyspace keyspace = Anvil.openInMemory().keyspace("second");
      keyspace.put(key(1), value(1, 0));
      Cursor cursor = cursorOfForgotten();
      var snapshot = Anvil.openInMemory().snapshot();
      var stream = Anvil.openInMemory().stream(KeyRange.all());
      // A database that is certainly dropped shows when the collector has been everywhere.
      forget(temporary);
      awaitWarning(log);
      System.gc();
      assertThat(keyspace.get(key(1))).isEqualTo(value(1, 0));
      assertThat(cursor.next()).isTrue();
      assertThat(snapshot.get(key(1))).isNull();
      assertThat(stream).isEmpty();
    }
  }

  private static Cursor cursorOfForgotten() {
    Database db = Anvil.openInMemory();
    db.put(key(1), value(1, 0));
    return db.cursor();
  }

  @Test
  void misuse26_aSnapshotAndACursorHeldForAVeryLongTimeWorkAndAreCounted() {
    try (Database db =
        Anvil.open(
            LocalStorage.open(temporary, true, false),
            new InlineScheduler(new Random(3)),
            new Random(3),
            SMALL)) {
      for (int i = 0; i < 200; i++) {
        db.put(key(i), value(i, 0));
      }
      var snapshot = db.snapshot();
      Cursor cursor = db.cursor();
      for (int generation = 1; generation < 30; generation++) {
        for (int i = 0; i < 200; i++) {
          db.put(key(i), value(i, generation));
        }
        if (generation % 10 == 0) {
          db.compact();
        }
      }
      db.delete(key(0));
      assertThat(db.stats().memory().snapshots()).isEqualTo(1);
      assertThat(db.stats().memory().cursors()).isEqualTo(1);
      for (int i = 0; i < 200; i++) {
        assertThat(snapshot.get(key(i))).isEqualTo(value(i, 0));
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.value()).isEqualTo(value(i, 0));
      }
      assertThat(cursor.next()).isFalse();
      snapshot.close();
      cursor.close();
      assertThat(db.stats().memory().snapshots()).isZero();
      assertThat(db.stats().memory().cursors()).isZero();
    }
  }
}
