package org.anvildb.engine;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.anvildb.api.InterruptedOperationException;
import org.anvildb.api.KeyRange;
import org.anvildb.bytes.ReleasingLock;
import org.anvildb.compact.CompactionPlan;
import org.anvildb.compact.MajorPicker;
import org.anvildb.compact.Running;
import org.anvildb.version.KeyspaceVersion;

/**
 * Compaction as a user asks for it: flush, then merge a range of a keyspace down to one last level.
 * The caller waits; the work is done in the background, step by step, and the picker rests. One
 * request at a time. Thread-safe.
 */
final class ManualCompaction {
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final HealthState health;
  private final Committer committer;
  private final Flusher flusher;
  private final Compactor compactor;
  private final Catalog catalog;
  private final long memtableBytes;
  private final ReleasingLock turn = new ReleasingLock();

  ManualCompaction(
      HealthState health,
      Committer committer,
      Flusher flusher,
      Compactor compactor,
      Catalog catalog,
      long memtableBytes) {
    this.health = health;
    this.committer = committer;
    this.flusher = flusher;
    this.compactor = compactor;
    this.catalog = catalog;
    this.memtableBytes = memtableBytes;
  }

  void run(int keyspace, KeyRange range) {
    health.checkWritable();
    if (range.isEmpty()) {
      return;
    }
    try {
      takeTurn();
      MemtableSlot newest = committer.freeze();
      while (newest != null && !flusher.awaitFlushed(newest, CHECK_NANOS)) {
        health.checkWritable();
        checkInterrupt();
      }
      health.checkWritable();
      compactor.beginManual();
      try {
        await(() -> compactor.runningCount() == 0);
        MajorPicker picker = new MajorPicker(range, catalog.nextFileNumber());
        CompactionPlan plan = next(picker, keyspace);
        while (!(plan instanceof CompactionPlan.None)) {
          compactor.startManual(plan);
          await(() -> compactor.runningCount() == 0);
          plan = next(picker, keyspace);
        }
      } finally {
        compactor.endManual();
      }
    } finally {
      turn.unlock();
    }
  }

  /** Waits until nobody else compacts by hand. */
  @SuppressWarnings("LockNotBeforeTry") // the caller's block ends with the unlocking
  private void takeTurn() {
    try {
      turn.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw interrupted();
    }
  }

  private CompactionPlan next(MajorPicker picker, int id) {
    KeyspaceVersion keyspace = catalog.current().keyspace(id);
    return keyspace == null
        ? new CompactionPlan.None()
        : picker.pick(keyspace, Running.none(), memtableBytes);
  }

  private void await(BooleanSupplier done) {
    try {
      // Again after each look at the health, which may have been bad for a moment only: plans that
      // still run must not be taken for ended.
      while (!done.getAsBoolean()) {
        compactor.await(() -> done.getAsBoolean() || !goesOn(), CHECK_NANOS);
        health.checkWritable();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      checkInterrupt();
    }
    health.checkWritable();
  }

  private static void checkInterrupt() {
    if (Thread.currentThread().isInterrupted()) {
      throw interrupted();
    }
  }

  private static InterruptedOperationException interrupted() {
    return new InterruptedOperationException(
        "interrupted while waiting for a compaction; the step under way goes on");
  }

  private boolean goesOn() {
    return health.isHealthy() && !health.isClosed();
  }
}
