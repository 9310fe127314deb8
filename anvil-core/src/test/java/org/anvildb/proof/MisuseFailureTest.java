package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.InterruptedOperationException;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The misuses 28 and 29: failing disks and interrupted threads. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class MisuseFailureTest {
  private static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(8)).build();

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  private final MemoryStorage disk = new MemoryStorage();
  private final FaultyStorage storage = new FaultyStorage(disk);
  private final MisuseLanes lanes = new MisuseLanes(new ThreadScheduler("test", 1));

  private Database open() {
    return Anvil.open(storage, lanes, new Random(1), SMALL);
  }

  private void failFromNowOn(OperationKind kind) {
    storage.inject(new FaultPlan(Set.of(kind), 0, new Fault.IoFailure(), true));
  }

  private static void assertPoisoned(Database db, long durable) {
    assertThat(db.health())
        .isInstanceOfSatisfying(
            Health.Poisoned.class,
            poisoned -> assertThat(poisoned.cause()).hasStackTraceContaining("Input/output error"));
    List<Runnable> writes =
        List.of(
            () -> db.put(key(1), key(2)),
            () -> db.delete(key(1)),
            () -> db.putAsync(key(1), key(2)),
            () -> db.write(db.newBatch().put(key(1), key(2))),
            () -> db.keyspace("new"),
            db::sync,
            db::compact);
    for (Runnable write : writes) {
      assertThatThrownBy(write::run)
          .isInstanceOf(PoisonedException.class)
          .hasMessageContaining("close and reopen")
          .hasMessageContaining("last durable sequence = " + durable)
          .hasStackTraceContaining("Input/output error");
    }
    assertThat(db.get(key(0))).isEqualTo(value(0, 0));
    assertThat(SeedKeys.numbers(db)).contains(0);
    assertThat(db.snapshot().get(key(0))).isEqualTo(value(0, 0));
  }

  /** Closes what is broken, and opens what is left on the disk. */
  private Database reopen(Database broken) {
    storage.inject(null);
    try {
      broken.close();
    } catch (AnvilException e) {
      // A close may tell again what failed.
    }
    return Anvil.open(disk, new ThreadScheduler("test", 1), new Random(1), SMALL);
  }

  @Test
  void misuse28_aFailedSyncIsToldToAllWhoWaitedForItAndPoisons() {
    Database db = open();
    db.put(key(0), value(0, 0), Durability.SYNC);
    lanes.hold(Lane.SYNC);
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    for (int i = 1; i <= 4; i++) {
      int number = i;
      waiting.add(
          CompletableFuture.runAsync(
              () -> db.put(key(number), value(number, 0), Durability.SYNC),
              Thread::startVirtualThread));
    }
    while (db.stats().lastSequence() < 5) {
      Thread.onSpinWait();
    }
    failFromNowOn(OperationKind.FORCE);
    lanes.release(Lane.SYNC);
    for (var write : waiting) {
      assertThatThrownBy(write::join)
          .cause()
          .isInstanceOf(PoisonedException.class)
          .hasRootCauseInstanceOf(StorageException.class);
    }
    while (db.health() instanceof Health.Healthy) {
      Thread.onSpinWait();
    }
    assertPoisoned(db, 1);
    try (Database again = reopen(db)) {
      assertThat(again.get(key(0))).isEqualTo(value(0, 0));
      again.put(key(1), value(1, 1));
    }
  }

  @Test
  void misuse28_aLogThatCannotGrowPoisonsAndDoesNotPanic() {
    DatabaseOptions options = SMALL.toBuilder().syncInterval(Duration.ofHours(1)).build();
    Database db = Anvil.open(storage, lanes, new Random(1), options);
    db.put(key(0), value(0, 0), Durability.SYNC);
    failFromNowOn(OperationKind.CREATE_MAPPED);
    assertThatThrownBy(
            () -> {
              for (int i = 1; true; i++) {
                db.put(key(i), new byte[500]);
              }
            })
        .isInstanceOf(AnvilException.class)
        .hasStackTraceContaining("Input/output error");
    db.cursor().close();
    assertThat(db.health()).isInstanceOf(Health.Poisoned.class);
    // A flush or a sync that had begun may still make more durable.
    lanes.awaitQueued(Lane.FLUSH);
    lanes.awaitQueued(Lane.SYNC);
    assertPoisoned(db, db.stats().durableSequence());
    long written = db.stats().lastSequence();
    try (Database again = reopen(db)) {
      assertThat(again.stats().lastSequence()).isEqualTo(written);
      assertThat(SeedKeys.numbers(again)).hasSize((int) written);
    }
  }

  @Test
  void misuse28_anErrorAtTheCloseOfATableCountsLikeAFailedSync() {
    Database db = open();
    db.put(key(0), value(0, 0), Durability.SYNC);
    failFromNowOn(OperationKind.CLOSE);
    assertThatThrownBy(db::compact).isInstanceOf(PoisonedException.class);
    assertPoisoned(db, 1);
    try (Database again = reopen(db)) {
      assertThat(again.get(key(0))).isEqualTo(value(0, 0));
    }
  }

  @Test
  void misuse28_aPoisonedDatabaseThatIsClosedLeavesNoWaiterBehind() throws InterruptedException {
    Database db = open();
    db.put(key(0), value(0, 0), Durability.SYNC);
    lanes.hold(Lane.SYNC);
    Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    // A virtual thread never forces by itself: it waits for the lane.
    Thread writer =
        Thread.ofVirtual()
            .start(() -> {
              try {
                db.put(key(1), value(1, 0), Durability.SYNC);
              } catch (RuntimeException e) {
                thrown.add(e);
              }
            });
    while (lanes.waiting(Lane.SYNC) == 0) {
      Thread.onSpinWait();
    }
    failFromNowOn(OperationKind.CREATE);
    assertThatThrownBy(db::compact).isInstanceOf(PoisonedException.class);
    lanes.release(Lane.SYNC);
    try (Database again = reopen(db)) {
      writer.join();
      // The log itself is sound, so the close still brings it to the disk.
      assertThat(thrown).isEmpty();
      assertThat(again.get(key(0))).isEqualTo(value(0, 0));
      assertThat(again.get(key(1))).isEqualTo(value(1, 0));
    }
  }

  @Test
  void misuse29_anInterruptDisturbsNoReadOrWriteAndIsKept() {
    try (Database db = Anvil.open(temporary)) {
      for (int i = 0; i < 500; i++) {
        Thread.currentThread().interrupt();
        db.put(key(i), value(i, 0), i % 50 == 0 ? Durability.SYNC : Durability.OS);
        assertThat(db.get(key(i))).isEqualTo(value(i, 0));
        assertThat(Thread.interrupted()).as("the flag").isTrue();
      }
      Thread.currentThread().interrupt();
      db.sync();
      try (Cursor cursor = db.cursor()) {
        assertThat(cursor.next()).isTrue();
      }
      assertThat(db.verify().findings()).isEmpty();
      assertThat(db.getAsync(key(1)).join()).isEqualTo(value(1, 0));
      assertThat(Thread.interrupted()).as("the flag").isTrue();
      assertThat(db.health()).isInstanceOf(Health.Healthy.class);
      Thread.currentThread().interrupt();
    }
    assertThat(Thread.currentThread().isInterrupted()).as("the flag after close").isTrue();
    try (Database db = Anvil.open(temporary)) {
      assertThat(Thread.interrupted()).as("the flag after open").isTrue();
      assertThat(SeedKeys.numbers(db)).hasSize(500);
    }
  }

  @Test
  void misuse29_readsWhoseMemoryIsClosedUnderThemNeverSetTheFlag() throws InterruptedException {
    byte[] large = new byte[2000];
    try (Database db = Anvil.open(disk, lanes, new Random(1), SMALL)) {
      AtomicBoolean done = new AtomicBoolean();
      AtomicLong spurious = new AtomicLong();
      List<Thread> readers = new ArrayList<>();
      for (int t = 0; t < 2; t++) {
        readers.add(
            Thread.ofPlatform()
                .start(() -> {
                  while (!done.get()) {
                    db.get(key(0));
                    if (Thread.interrupted()) {
                      spurious.incrementAndGet();
                    }
                  }
                }));
      }
      for (int i = 0; i < 4_000; i++) {
        db.put(key(i % 3), large);
      }
      done.set(true);
      for (Thread reader : readers) {
        reader.join();
      }
      assertThat(spurious.get()).as("flags that nobody set").isZero();
    }
  }

  @Test
  void misuse29_anInterruptEndsTheWaitInAStallAndNothingIsWritten() throws Exception {
    lanes.hold(Lane.FLUSH);
    try (Database db =
        Anvil.open(LocalStorage.open(temporary, true, false), lanes, new Random(1), SMALL)) {
      Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
      Queue<Integer> written = new ConcurrentLinkedQueue<>();
      Queue<Boolean> flags = new ConcurrentLinkedQueue<>();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; true; i++) {
                    db.put(key(i), new byte[300]);
                    written.add(i);
                  }
                } catch (RuntimeException e) {
                  thrown.add(e);
                  flags.add(Thread.currentThread().isInterrupted());
                }
              });
      while (db.stats().writes().stalls() == 0) {
        Thread.onSpinWait();
      }
      writer.interrupt();
      writer.join();
      assertThat(thrown)
          .singleElement()
          .isInstanceOf(InterruptedOperationException.class)
          .asString()
          .contains("nothing was written");
      assertThat(flags).containsExactly(true);
      assertThat(SeedKeys.numbers(db)).isEqualTo(List.copyOf(written));
      lanes.release(Lane.FLUSH);
      db.put(key(-1), value(0, 0));
      db.compact();
      assertThat(db.health()).isInstanceOf(Health.Healthy.class);
      assertThat(MisuseHolder.ask(temporary)).as("the lock").contains("held by pid");
    }
  }
}
