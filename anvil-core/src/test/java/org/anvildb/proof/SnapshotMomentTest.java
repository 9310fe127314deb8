package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Keyspace;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Holds that a snapshot shows the batches up to its sequence number and no other, from its first
 * moment to its last.
 *
 * <p>Each batch puts its own number into two keyspaces, so the number that a snapshot shows has to
 * be its sequence number exactly. One that is taken beside the order of writes, not within it,
 * differs now and then: by chance, which the test with free threads gives many times, and always
 * where it is asked for in the middle of a write.
 */
final class SnapshotMomentTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long SNAPSHOTS = Long.getLong("long", 0) > 0 ? 20_000_000 : 40_000;
  private static final int READERS = 1;

  /** About so many make the sixteen flushes that shall happen beside the snapshots. */
  private static final long LEAST_BATCHES = 20_000;

  /** One snapshot in so many is read in every way, and once more when more was flushed. */
  private static final int KEPT_EVERY = 200;

  private static final int PAD_BYTES = 90;

  /** How many batches are written where one in some freezes a memtable of 4 KiB. */
  private static final long FROZEN_BATCHES = 2_000;

  private static final byte[] KEY = {7};

  private final AtomicLong snapshots = new AtomicLong();
  private final AtomicLong kept = new AtomicLong();

  /** What was written; by one thread. */
  private volatile long batches;

  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  @Test
  void aSnapshotShowsTheBatchesUpToItsNumber() throws InterruptedException {
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(512)).frozenMemtables(2).build();
    var scheduler = new ThreadScheduler("moments", 1);
    long begin = System.nanoTime();
    try (Database db = Anvil.open(new MemoryStorage(), scheduler, new Random(SEED), options)) {
      Keyspace second = db.keyspace("second");
      write(db, second, 1);
      List<Thread> threads = new ArrayList<>();
      threads.add(start(() -> write(db, second)));
      for (int reader = 0; reader < READERS; reader++) {
        threads.add(start(() -> read(db, second)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      long flushes = db.stats().background().flushes();
      System.out.printf(
          "snapshots: %,d moments, %,d of them read again later, %,d batches, %,d flushes, %d"
              + " wrong, %d s%n",
          snapshots.get(),
          kept.get(),
          db.stats().lastSequence(),
          flushes,
          failures.size(),
          (System.nanoTime() - begin) / 1_000_000_000);
      assertThat(failures).isEmpty();
      assertThat(snapshots.get()).isGreaterThanOrEqualTo(SNAPSHOTS);
      assertThat(kept.get()).isGreaterThanOrEqualTo(SNAPSHOTS / KEPT_EVERY / 2);
      assertThat(flushes).isGreaterThan(10);
    }
  }

  /**
   * Asks for a snapshot whenever a write has frozen a memtable and has not appended its batch yet,
   * on another thread: that has to wait until the batch is there.
   */
  @Test
  @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aSnapshotWaitsForTheWriteThatIsUnderWay() throws InterruptedException {
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(4)).frozenMemtables(2).build();
    Thread writer = Thread.currentThread();
    AtomicReference<Runnable> inTheMiddle = new AtomicReference<>();
    Scheduler scheduler =
        hooked(
            new ThreadScheduler("moments", 1),
            () -> {
              if (Thread.currentThread() == writer && inTheMiddle.get() != null) {
                inTheMiddle.getAndSet(null).run();
              }
            });
    long asked = 0;
    try (Database db = Anvil.open(new MemoryStorage(), scheduler, new Random(SEED), options)) {
      Keyspace second = db.keyspace("second");
      AtomicReference<Snapshot> opened = new AtomicReference<>();
      AtomicReference<Thread> opener = new AtomicReference<>();
      for (long number = 1; number <= FROZEN_BATCHES && failures.isEmpty(); number++) {
        inTheMiddle.set(() -> opener.set(startWaiting(() -> opened.set(db.snapshot()), opened)));
        write(db, second, number);
        inTheMiddle.set(null);
        Thread asking = opener.getAndSet(null);
        if (asking != null) {
          asking.join();
          try (Snapshot snapshot = opened.getAndSet(null)) {
            assertThat(snapshot.sequence()).isEqualTo(number);
            checkAll(snapshot, second);
          }
          asked++;
        }
      }
    }
    assertThat(failures).isEmpty();
    System.out.printf("snapshots: %,d asked for in the middle of a write, 0 came early%n", asked);
    assertThat(asked).isGreaterThan(FROZEN_BATCHES / 100);
  }

  /** Starts a thread and holds that it comes to wait before it has what it wants. */
  private Thread startWaiting(Runnable body, AtomicReference<Snapshot> wanted) {
    Thread thread = start(body);
    while (thread.getState() != Thread.State.WAITING && thread.isAlive()) {
      Thread.onSpinWait();
    }
    if (wanted.get() != null) {
      // Not thrown: the engine would take that for a failure of the scheduler.
      failures.add(new AssertionError("a snapshot was taken in the middle of a write"));
    }
    return thread;
  }

  /** Does something whenever a flush is submitted, which a write does as it freezes a memtable. */
  private static Scheduler hooked(Scheduler delegate, Runnable onFlush) {
    return (Scheduler)
        Proxy.newProxyInstance(
            Scheduler.class.getClassLoader(),
            new Class<?>[] {Scheduler.class},
            (_, method, arguments) -> {
              if (arguments != null && arguments[0] == Lane.FLUSH) {
                onFlush.run();
              }
              return method.invoke(delegate, arguments);
            });
  }

  private Thread start(Runnable body) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            body.run();
          } catch (Throwable t) {
            failures.add(t);
          }
        });
  }

  /** Both sides go on until both have done enough, whichever gets more of the processors. */
  private boolean goesOn() {
    return (snapshots.get() < SNAPSHOTS || batches < LEAST_BATCHES) && failures.isEmpty();
  }

  private void write(Database db, Keyspace second) {
    for (long number = 2; goesOn(); number++) {
      write(db, second, number);
      batches = number;
    }
  }

  private static void write(Database db, Keyspace second, long number) {
    byte[] value = ByteBuffer.allocate(Long.BYTES + PAD_BYTES).putLong(number).array();
    WriteBatch batch = db.newBatch();
    batch.put(KEY, value);
    batch.put(second, KEY, value);
    db.write(batch);
  }

  private void read(Database db, Keyspace second) {
    Snapshot held = db.snapshot();
    while (goesOn()) {
      try (Snapshot snapshot = db.snapshot()) {
        check(snapshot, () -> number(snapshot.in(second).get(KEY)));
        check(snapshot, () -> number(snapshot.get(KEY)));
      }
      if (snapshots.incrementAndGet() % KEPT_EVERY == 0) {
        checkAll(held, second);
        held.close();
        kept.incrementAndGet();
        held = db.snapshot();
        checkAll(held, second);
      }
    }
    held.close();
  }

  private static void checkAll(Snapshot snapshot, Keyspace second) {
    check(snapshot, () -> number(snapshot.get(KEY)));
    check(snapshot, () -> number(snapshot.in(second).get(KEY)));
    check(
        snapshot,
        () -> {
          try (Cursor cursor = snapshot.in(second).cursor()) {
            return cursor.next() ? number(cursor.value()) : -1;
          }
        });
  }

  private static void check(Snapshot snapshot, LongSupplier shown) {
    assertThat(shown.getAsLong())
        .as("the number of the newest batch that a snapshot shows, -Dseed=%s", SEED)
        .isEqualTo(snapshot.sequence());
  }

  private static long number(byte[] value) {
    return ByteBuffer.wrap(value).getLong();
  }
}
