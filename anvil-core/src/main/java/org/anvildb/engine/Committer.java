package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.anvildb.api.AnvilException;
import org.anvildb.api.InterruptedOperationException;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.Stats;
import org.anvildb.bytes.ReleasingLock;
import org.anvildb.compact.WritePacing;
import org.anvildb.memtable.Memtable;
import org.anvildb.schedule.Gate;
import org.anvildb.wal.BatchEncoder;
import org.anvildb.wal.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * Orders the writes: gives each batch its sequence number and its place in the log, indexes it, and
 * shows it to readers; all under one lock, the commit lock, for about a microsecond.
 *
 * <p>What can fail is done before the log is touched: then the batch is refused and nothing has
 * changed. A failure from the first byte in the log on poisons the database, as it is not known
 * what a reopening will find.
 *
 * <p>When the segment is full, its memtable is frozen and the next one takes over, if the limit on
 * frozen memtables allows and a segment is ready. If not, the writer waits, outside of the lock.
 */
final class Committer {
  private static final long STALL_CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final ReleasingLock lock = new ReleasingLock();
  private final EncoderPool encoders = new EncoderPool();
  private final HealthState health;
  private final ReadStates states;
  private final LogSegments segments;
  private final SnapshotRegistry snapshots;
  private final WriteThrottle throttle;
  private final Gate room;
  private final int maxFrozen;
  private final long maxFrozenBytes;
  private final long maxIndexBytes;
  private final Runnable onFreeze;

  /** The segment that takes writes; null in a read-only database. */
  @GuardedBy("lock")
  private @Nullable WalSegment segment;

  @GuardedBy("lock")
  private MemtableSlot active;

  @GuardedBy("lock")
  private long sequence;

  @GuardedBy("lock")
  private long batches;

  @GuardedBy("lock")
  private long operations;

  @GuardedBy("lock")
  private long userBytes;

  /**
   * Makes a committer.
   *
   * @param start the memtable and segment that take the first writes, and the last batch before
   * @param onFreeze wakes the flusher
   */
  Committer(
      HealthState health,
      ReadStates states,
      LogSegments segments,
      SnapshotRegistry snapshots,
      WriteThrottle throttle,
      Start start,
      Runnable onFreeze) {
    this.health = health;
    this.states = states;
    this.segments = segments;
    this.snapshots = snapshots;
    this.throttle = throttle;
    this.room = start.room();
    this.maxFrozen = start.maxFrozen();
    this.maxFrozenBytes = start.maxFrozen() * start.maxIndexBytes() / 2;
    this.maxIndexBytes = start.maxIndexBytes();
    this.onFreeze = onFreeze;
    this.segment = start.segment();
    this.active = start.active();
    this.sequence = start.sequence();
  }

  /**
   * Where a committer starts.
   *
   * @param segment the first segment, or null if the database is read-only
   * @param active its memtable
   * @param sequence the last batch before the first
   * @param maxFrozen how many memtables may wait to be flushed
   * @param maxIndexBytes the size of an index at which its memtable is frozen
   * @param room opened whenever a memtable was flushed or a segment is ready
   */
  record Start(
      @Nullable WalSegment segment,
      MemtableSlot active,
      long sequence,
      int maxFrozen,
      long maxIndexBytes,
      Gate room) {}

  EncoderPool encoders() {
    return encoders;
  }

  /**
   * Writes a batch, if a condition holds at its place in the order of writes.
   *
   * @param condition looked at under the commit lock, or null to write in any case
   * @return whether the batch was written
   */
  boolean write(BatchEncoder batch, @Nullable BooleanSupplier condition) {
    if (batch.count() == 0) {
      health.checkWritable();
      return true;
    }
    batch.bodyChecksum();
    throttle.pace(batch.bytes());
    try {
      return place(batch, condition);
    } catch (InternalError e) {
      // Of a mapped page that is gone, told late: the batch may be lost with it.
      throw poisoned("the write", e);
    }
  }

  private boolean place(BatchEncoder batch, @Nullable BooleanSupplier condition) {
    long bytes = batch.bytes();
    while (true) {
      try {
        lock.lock();
        health.checkWritable();
        if (condition != null && !condition.getAsBoolean()) {
          return false;
        }
        if (hasRoom(bytes) || rotate(bytes)) {
          append(batch);
          return true;
        }
      } finally {
        lock.unlock();
      }
      awaitRoom(bytes, true);
    }
  }

  /** Takes a snapshot of this moment and registers it, as one step in the order of writes. */
  SnapshotPoint openSnapshot() {
    try {
      lock.lock();
      SnapshotPoint point =
          new SnapshotPoint(sequence, active.memtable().segmentNumber(), active.memtable().limit());
      snapshots.add(point);
      return point;
    } finally {
      lock.unlock();
    }
  }

  /** Takes all of the database at this moment, as one step in the order of writes. */
  CapturedState capture() {
    try {
      lock.lock();
      ReadState state = states.retained();
      return new CapturedState(state, state.active().memtable().limit(), sequence);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Freezes the active memtable, if it holds anything.
   *
   * @return the newest frozen memtable, or null if none waits to be flushed
   */
  @Nullable MemtableSlot freeze() {
    try {
      return freezeActive(false);
    } catch (InternalError e) {
      throw poisoned("changing the memtable", e);
    }
  }

  /** As {@link #freeze()}, for the closing itself: no interrupt keeps it from its work. */
  @Nullable MemtableSlot freezeAtClose() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return freezeActive(true);
        } catch (InterruptedOperationException e) {
          interrupted = Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private @Nullable MemtableSlot freezeActive(boolean isClosing) {
    while (true) {
      try {
        lock.lock();
        if (!isClosing) {
          health.checkWritable();
        }
        if (active.memtable().entries() == 0 || !health.isHealthy() || rotate(0)) {
          MemtableSlot[] frozen = states.current().frozen();
          return frozen.length == 0 ? null : frozen[0];
        }
      } finally {
        lock.unlock();
      }
      awaitRoom(0, false);
    }
  }

  /** Returns the place up to which the log must be on disk to hold all that was written so far. */
  LogPlace place() {
    try {
      lock.lock();
      WalSegment current = current();
      return new LogPlace(current, current.position(), sequence);
    } finally {
      lock.unlock();
    }
  }

  /** Returns the number of the newest batch. */
  long sequence() {
    try {
      lock.lock();
      return sequence;
    } finally {
      lock.unlock();
    }
  }

  /** Tells whether the log holds batches that are in no table. */
  boolean hasUnflushed() {
    ReadState state = states.current();
    return state.frozen().length > 0 || state.active().memtable().entries() > 0;
  }

  /** Returns the size of the log files of all memtables. */
  long segmentBytes() {
    ReadState state = states.current();
    long bytes = state.active().logBytes();
    for (MemtableSlot slot : state.frozen()) {
      bytes += slot.logBytes();
    }
    return bytes;
  }

  /** Lets waiting writers look again: there may be room, or none will come any more. */
  void roomChanged() {
    room.open();
  }

  Stats.Writes stats(long syncs) {
    try {
      lock.lock();
      return new Stats.Writes(
          batches, operations, userBytes, syncs, throttle.stalls(), throttle.stallNanos());
    } finally {
      lock.unlock();
    }
  }

  @GuardedBy("lock")
  private WalSegment current() {
    if (segment == null) {
      throw new IllegalStateException("a read-only database has no log");
    }
    return segment;
  }

  @GuardedBy("lock")
  private boolean hasRoom(long bytes) {
    return current().fits(bytes) && active.memtable().indexBytes() < maxIndexBytes;
  }

  @GuardedBy("lock")
  private void append(BatchEncoder batch) {
    Memtable memtable = active.memtable();
    try {
      WalSegment log = current();
      long body = log.append(batch, sequence + 1);
      memtable.insert(batch, body);
      sequence++;
      batches++;
      operations += batch.count();
      userBytes += batch.userBytes();
      memtable.publish(log.position());
    } catch (RuntimeException | Error e) {
      health.fail("appending to the log", e);
      throw e instanceof AnvilException typed ? typed : HealthState.typed("the write", e);
    }
  }

  /** Lets the next memtable take over; false if it can't yet. */
  @GuardedBy("lock")
  private boolean rotate(long bytes) {
    if (!mayFreeze()) {
      return false;
    }
    WalSegment full = current();
    try {
      WalSegment next = segments.takeNext(full, bytes);
      if (next == null) {
        return false;
      }
      MemtableSlot slot = segments.slot(next);
      active.freeze(sequence);
      states.rotate(slot);
      segment = next;
      active = slot;
      slot.release();
    } catch (PoisonedException e) {
      // The log can't grow any more, for a reason that does not pass.
      health.fail("preparing the log", e.getCause() == null ? e : e.getCause());
      throw e;
    } catch (RuntimeException | Error e) {
      if (e instanceof InternalError || full.isSealed()) {
        // The old segment is sealed and the new one not in use: nothing can be written any more.
        throw poisoned("changing the memtable", e);
      }
      throw e;
    }
    onFreeze.run();
    return true;
  }

  private RuntimeException poisoned(String what, Throwable cause) {
    health.fail(what, cause);
    return HealthState.typed(what, cause);
  }

  /** Waits until there may be room, or none will come any more. */
  private void awaitRoom(long bytes, boolean untilClose) {
    segments.prepare(bytes);
    BooleanSupplier over =
        () -> !health.isHealthy() || untilClose && health.isClosed() || mayHaveRoom(bytes);
    long begin = throttle.beginStall();
    try {
      while (!room.await(over, STALL_CHECK_NANOS)) {
        segments.prepare(bytes);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedOperationException(
          "interrupted while waiting for background work to make room; nothing was written", e);
    } finally {
      throttle.endStall(begin);
    }
  }

  private boolean mayHaveRoom(long bytes) {
    return mayFreeze() && segments.isReady(bytes);
  }

  private boolean mayFreeze() {
    MemtableSlot[] frozen = states.current().frozen();
    long bytes = 0;
    for (MemtableSlot slot : frozen) {
      bytes += slot.memtable().limit();
    }
    return WritePacing.mayFreeze(frozen.length, maxFrozen, bytes, maxFrozenBytes);
  }
}
