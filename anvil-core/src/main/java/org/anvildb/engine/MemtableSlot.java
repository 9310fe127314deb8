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
  private volatile long lastSequence;

  /**
   * Makes a slot.
   *
   * @param segment the segment, or null where the memtable was replayed and the log is not written
   */
  MemtableSlot(Memtable memtable, @Nullable WalSegment segment, Garbage garbage) {
    this.memtable = memtable;
    this.segment = segment;
    this.garbage = garbage;
  }

  Memtable memtable() {
    return memtable;
  }

  @Nullable WalSegment segment() {
    return segment;
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
