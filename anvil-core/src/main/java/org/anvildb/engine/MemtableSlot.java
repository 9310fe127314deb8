package org.anvildb.engine;

import org.anvildb.memtable.Memtable;
import org.anvildb.wal.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * A memtable and the log segment that holds its bytes; counted by the read states that contain it.
 * When none does any more, its tables have taken over, and the segment is given back, or deleted if
 * it is of an earlier process.
 */
final class MemtableSlot extends Counted {
  private final Memtable memtable;
  private final @Nullable WalSegment segment;
  private final long logBytes;
  private final Runnable check;
  private final Runnable onUnused;
  private final long beginNanos;
  private volatile long lastSequence;

  /**
   * Makes a slot that takes writes.
   *
   * @param beginNanos when it begins to take them
   */
  MemtableSlot(Memtable memtable, WalSegment segment, Garbage garbage, long beginNanos) {
    this.memtable = memtable;
    this.segment = segment;
    this.check = () -> {};
    this.logBytes = segment.capacity();
    this.onUnused = () -> garbage.retire(segment);
    this.beginNanos = beginNanos;
  }

  /**
   * Makes a slot of a memtable that was replayed, or that stays empty: its log is not written.
   *
   * @param logBytes the size of the files that hold its bytes
   * @param beginNanos a time before which nothing was written to it, as far as this process knows
   * @param check throws if its bytes are not what was replayed any more
   * @param onUnused gives the files back; must be quick and not throw
   */
  MemtableSlot(
      Memtable memtable, long logBytes, long beginNanos, Runnable check, Runnable onUnused) {
    this.memtable = memtable;
    this.segment = null;
    this.check = check;
    this.logBytes = logBytes;
    this.onUnused = onUnused;
    this.beginNanos = beginNanos;
  }

  Memtable memtable() {
    return memtable;
  }

  /** Returns the segment that it is written to; null if it is not. */
  @Nullable WalSegment segment() {
    return segment;
  }

  /** Checks, where it was replayed, that its bytes have not changed since. */
  void ensureUnchanged() {
    check.run();
  }

  /** Returns the size of the log files that hold its bytes. */
  long logBytes() {
    return logBytes;
  }

  /** Returns a time, by the scheduler's clock, before which nothing was written to it. */
  long beginNanos() {
    return beginNanos;
  }

  /** Returns the newest batch in it; known when it is frozen. */
  long lastSequence() {
    return lastSequence;
  }

  /** Notes the newest batch; written by the commit lock's holder before the slot is frozen. */
  void freeze(long sequence) {
    lastSequence = sequence;
  }

  @Override
  void dispose() {
    onUnused.run();
  }

  @Override
  public String toString() {
    return "memtable of segment " + memtable.segmentNumber();
  }
}
