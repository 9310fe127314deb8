package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.InterruptedOperationException;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.TooManyOpenFilesException;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.anvildb.wal.SegmentPool;
import org.anvildb.wal.WalSegment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Holds what work does that is late, or waits, when a database is closed or its disk fills up. */
@Timeout(60)
@ExtendWith(SilentLog.class)
final class LateWorkTest {
  private static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(4)).frozenMemtables(1).build();

  private final MemoryStorage storage = new MemoryStorage();
  private final MisuseLanes lanes = new MisuseLanes(new ThreadScheduler("late", 1));

  @Test
  void whoWaitsForALogSegmentIsToldWhenThePoolIsClosed() throws InterruptedException {
    lanes.hold(Lane.CHORE);
    SegmentPool pool = pool(storage, lanes);
    AtomicReference<Throwable> told = new AtomicReference<>();
    Thread waiter =
        Thread.ofPlatform()
            .start(() -> {
              try {
                pool.takeFirst();
              } catch (RuntimeException e) {
                told.set(e);
              }
            });
    awaitWaiting(waiter);
    pool.close();
    waiter.join();
    assertThat(told.get()).isInstanceOf(ClosedException.class);
  }

  @Test
  void anInterruptDoesNotKeepTheClosingFromItsWork() throws InterruptedException {
    Database db = Anvil.open(storage, lanes, new Random(1), SMALL);
    lanes.hold(Lane.FLUSH);
    byte[] value = new byte[100];
    AtomicInteger count = new AtomicInteger();
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                while (true) {
                  db.put(SeedKeys.key(count.get()), value);
                  count.incrementAndGet();
                }
              } catch (InterruptedOperationException e) {
                // Memory is full, and this one was not written.
              }
            });
    awaitFullMemory(writer, count);
    writer.interrupt();
    writer.join();
    AtomicBoolean isInterrupted = new AtomicBoolean();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread closer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                db.close();
              } catch (RuntimeException e) {
                thrown.set(e);
              }
              isInterrupted.set(Thread.interrupted());
            });
    awaitWaiting(closer);
    closer.interrupt();
    lanes.release(Lane.FLUSH);
    closer.join();
    assertThat(thrown.get()).isNull();
    assertThat(isInterrupted).isTrue();
    assertThat(storage.openMappings()).as("mappings that nobody closed").isZero();
    try (Database again =
        Anvil.open(storage, new ThreadScheduler("again", 1), new Random(1), SMALL)) {
      for (int i = 0; i < count.get(); i++) {
        assertThat(again.get(SeedKeys.key(i))).isEqualTo(value);
      }
    }
  }

  @Test
  void theMappingsOfTablesThatWaitToBeDeletedAreClosed() {
    Database db = Anvil.open(storage, lanes, new Random(1), SMALL);
    for (int i = 0; i < 300; i++) {
      db.put(SeedKeys.key(i), new byte[100]);
    }
    db.compact();
    lanes.hold(Lane.CHORE);
    for (int i = 0; i < 20; i++) {
      db.put(SeedKeys.key(i), new byte[100]);
    }
    db.compact();
    assertThat(lanes.waiting(Lane.CHORE)).as("work that is put off").isPositive();
    Thread.currentThread().interrupt();
    db.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(storage.openMappings()).as("mappings that nobody closed").isZero();
  }

  @Test
  void aDirectoryThatCouldNotBeSyncedOnAFullDiskIsFinalForTheLog() {
    FaultyStorage faulty = new FaultyStorage(storage);
    SegmentPool pool = pool(faulty, new InlineScheduler(new Random(1)));
    WalSegment first = pool.takeFirst();
    first.beginChain(1);
    faulty.inject(
        new FaultPlan(EnumSet.of(OperationKind.SYNC_DIRECTORY), 0, new Fault.NoSpace(), true));
    assertThatThrownBy(() -> pool.take(first, 0)).isInstanceOf(PoisonedException.class);
    faulty.inject(null);
    assertThatThrownBy(() -> pool.take(first, 0))
        .as("whether the name is on disk is not known")
        .isInstanceOf(PoisonedException.class);
    assertThat(storage.list()).hasSize(2);
    pool.close();
  }

  @Test
  void aSegmentThatWasRenamedAndNotMappedIsUsedNextTime() {
    FaultyStorage faulty = new FaultyStorage(storage);
    SegmentPool pool = pool(faulty, new InlineScheduler(new Random(1)));
    WalSegment first = pool.takeFirst();
    first.beginChain(1);
    WalSegment second = pool.take(first, 0);
    pool.retire(first);
    faulty.inject(
        new FaultPlan(
            EnumSet.of(OperationKind.MAP_WRITABLE), 0, new Fault.TooManyOpenFiles(), false));
    assertThatThrownBy(() -> pool.take(second, 0)).isInstanceOf(TooManyOpenFilesException.class);
    pool.take(second, 0);
    assertThat(storage.list()).as("no file is left behind").hasSize(2);
    pool.close();
  }

  private static SegmentPool pool(Storage storage, Scheduler scheduler) {
    var numbers = new AtomicLong();
    return new SegmentPool(
        storage, scheduler, numbers::incrementAndGet, 1, 64 << 10, false, () -> {});
  }

  /** Waits until a writer waits, and not for the next log segment, which is made in that lane. */
  private void awaitFullMemory(Thread writer, AtomicInteger count) {
    int before;
    do {
      awaitWaiting(writer);
      before = count.get();
      lanes.awaitQueued(Lane.CHORE);
      awaitWaiting(writer);
    } while (count.get() != before);
  }

  /** Waits until a thread waits. */
  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }
}
