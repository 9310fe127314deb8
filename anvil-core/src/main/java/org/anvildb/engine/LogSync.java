package org.anvildb.engine;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.anvildb.api.Durability;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.wal.BatchEncoder;
import org.anvildb.wal.GroupCommit;
import org.anvildb.wal.SegmentPool;
import org.anvildb.wal.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * The way of written batches to the disk: for those who wait for it, and in the background, at
 * least once in an interval, for those who don't. Thread-safe.
 */
final class LogSync {
  private static final System.Logger LOG = System.getLogger("org.anvildb");
  private static final long CLOSE_BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final GroupCommit group;
  private final SegmentPool pool;
  private final Supplier<LogPlace> end;
  private final LongSupplier oldestBegin;
  private final Scheduler scheduler;
  private final long intervalNanos;
  private final DurableMark durable;
  private volatile boolean ticking;

  /**
   * Makes the way to the disk.
   *
   * @param end tells the present end of the log
   * @param oldestBegin tells a time before which nothing was written that is in no table
   * @param durable told of what gets there
   */
  LogSync(
      GroupCommit group,
      SegmentPool pool,
      Supplier<LogPlace> end,
      LongSupplier oldestBegin,
      Scheduler scheduler,
      long intervalNanos,
      DurableMark durable) {
    this.group = group;
    this.pool = pool;
    this.end = end;
    this.oldestBegin = oldestBegin;
    this.scheduler = scheduler;
    this.intervalNanos = intervalNanos;
    this.durable = durable;
  }

  /** Waits until all that was written so far is on disk. */
  void awaitAll() {
    await(end.get());
  }

  /**
   * Waits until a batch that was written is as durable as asked.
   *
   * @param batch as it was written; with its own place, so that it never waits for the force that a
   *     later batch of another thread needs
   */
  void await(Durability durability, BatchEncoder batch) {
    if (durability == Durability.SYNC) {
      await(placeOf(batch));
    } else {
      written();
    }
  }

  private void await(LogPlace place) {
    group.await(place.segment(), place.position());
    durable.synced(place.sequence());
  }

  /** An empty batch stands for all that was written before it. */
  private LogPlace placeOf(BatchEncoder batch) {
    LogPlace place = LogPlace.of(batch);
    return place == null ? end.get() : place;
  }

  /** Returns what completes when a batch that was written is as durable as asked. */
  CompletableFuture<@Nullable Void> future(Durability durability, BatchEncoder batch) {
    if (durability != Durability.SYNC) {
      written();
      return CompletableFuture.completedFuture(null);
    }
    CompletableFuture<@Nullable Void> future = new CompletableFuture<>();
    LogPlace place = placeOf(batch);
    // Not on the thread that tells, which may be another writer's: what hangs on the future is the
    // user's code.
    group.whenSynced(
        place.segment(),
        place.position(),
        failure -> {
          if (failure == null) {
            durable.synced(place.sequence());
          }
          complete(future, failure);
        });
    return future;
  }

  /** Completes a future on the common pool; here, if that takes no work: it must not stay open. */
  private static void complete(
      CompletableFuture<@Nullable Void> future, @Nullable PoisonedException failure) {
    Runnable completing =
        failure == null ? () -> future.complete(null) : () -> future.completeExceptionally(failure);
    try {
      future.defaultExecutor().execute(completing);
    } catch (RuntimeException | Error e) {
      completing.run();
    }
  }

  /** Makes sure that what was written is synced within the interval. */
  private void written() {
    if (!ticking && !tickLater(intervalNanos)) {
      // Nobody will do it later, so the writer does it now.
      awaitAll();
    }
  }

  /** Has the log looked at in a while; returns false if the scheduler takes no work. */
  private boolean tickLater(long nanos) {
    ticking = true;
    try {
      scheduler.submitLater(Lane.SYNC, nanos, this::tick);
    } catch (RuntimeException | Error e) {
      ticking = false;
      LOG.log(System.Logger.Level.WARNING, "a periodic sync could not be planned", e);
    }
    return ticking;
  }

  /** Returns the newest batch that is known to be on disk. */
  long durableSequence() {
    return durable.sequence();
  }

  /** Returns how often the log was forced to disk. */
  long syncs() {
    return group.forces();
  }

  /** Returns how many prepared and spare log files there are. */
  int spareSegments() {
    return pool.count();
  }

  /** Returns their size. */
  long spareBytes() {
    return pool.bytes();
  }

  /**
   * Syncs what the closing could not flush.
   *
   * @param unflushed whether the log holds batches that are in no table; then it is marked as
   *     synced, so that the next opening can tell damage from a torn tail
   * @throws StorageException if the disk does not answer in time, or what was replayed is not in
   *     tables in time
   */
  void syncAtClose(boolean unflushed) {
    LogPlace place = end.get();
    awaitAtClose(place.segment(), place.position());
    durable.synced(place.sequence());
    if (unflushed) {
      place.segment().appendMark();
      awaitAtClose(place.segment(), place.segment().position());
    }
  }

  /** The lane forces, not this thread: nothing ends a force that the disk does not answer. */
  private void awaitAtClose(WalSegment segment, long position) {
    AtomicReference<@Nullable Optional<PoisonedException>> outcome = new AtomicReference<>();
    Gate told = scheduler.newGate();
    group.whenSynced(
        segment,
        position,
        failure -> {
          outcome.set(Optional.ofNullable(failure));
          told.open();
        });
    told.awaitHeedless(() -> outcome.get() != null, CLOSE_BOUND_NANOS, scheduler::nanoTime);
    Optional<PoisonedException> result = outcome.get();
    if (result == null) {
      throw notAnswered("the log is not on disk after 60 s");
    }
    if (result.isPresent()) {
      throw result.get();
    }
  }

  private static StorageException notAnswered(String what) {
    return new StorageException(
        what
            + ": the disk does not answer, or what an earlier process left is not in tables yet;"
            + " only a power cut can take what was written; check the disk, then open again",
        null);
  }

  /**
   * Ends all waits, unmaps the log, deletes what holds nothing; the scheduler has ended.
   *
   * @throws StorageException if a force is still under way; then the log stays mapped
   */
  void close() {
    if (!group.close(CLOSE_BOUND_NANOS)) {
      throw notAnswered("a force of the log did not end within 60 s, and its files stay mapped");
    }
    pool.close();
  }

  /**
   * Forces the log, or comes back when that is due. Batches that are in tables by now need no force
   * of the log: under a heavy load, where memtables live shorter than the interval, most of the log
   * never costs the disk anything.
   */
  private void tick() {
    long left = oldestBegin.getAsLong() + intervalNanos - scheduler.nanoTime();
    if (left > 0 && tickLater(left)) {
      return;
    }
    ticking = false;
    LogPlace place = end.get();
    group.whenSynced(
        place.segment(),
        place.position(),
        failure -> {
          if (failure == null) {
            durable.synced(place.sequence());
          }
        });
  }
}
