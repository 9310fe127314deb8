package org.anvildb.engine;

import org.anvildb.memtable.Memtable;
import org.anvildb.wal.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * A memtable and the log segment that holds its bytes; counted by the read states that contain it.
 * When none does any more, its tables have taken over, and the segment is given back.
 */
final class MemtableSlot extends Counted {
  private final Memtable memtable;
  private final @Nullable WalSegment segment;
  private final Garbage garbage;
  private final long beginNanos;
  private volatile long lastSequence;

  /**
   * Makes a slot.
   *
   * @param segment the segment, or null where the memtable was replayed and the log is not written
   * @param beginNanos when it began to take writes
   */
  MemtableSlot(Memtable memtable, @Nullable WalSegment segment, Garbage garbage, long beginNanos) {
    this.memtable = memtable;
    this.segment = segment;
    this.garbage = garbage;
    this.beginNanos = beginNanos;
  }

  Memtable memtable() {
    return memtable;
  }

  @Nullable WalSegment segment() {
    return segment;
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
    if (segment != null) {
      garbage.retire(segment);
    }
  }

  @Override
  public String toString() {
    return "memtable of segment " + memtable.segmentNumber();
  }
}
