package org.anvildb.engine;

import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.wal.GroupCommit;
import org.anvildb.wal.WalSegment;

/** How far the history is known to be on disk. Thread-safe. */
final class DurableMark {
  private final GroupCommit group;
  private final AtomicLong sequence;

  DurableMark(GroupCommit group, long sequence) {
    this.group = group;
    this.sequence = new AtomicLong(sequence);
  }

  /** Returns the newest batch that is known to be on disk. */
  long sequence() {
    return sequence.get();
  }

  /** Notes that the log is on disk up to a batch. */
  void synced(long upTo) {
    sequence.accumulateAndGet(upTo, Math::max);
  }

  /** Notes that a memtable is in tables, and serves those who wait for its segment. */
  void flushed(MemtableSlot slot) {
    WalSegment segment = slot.segment();
    if (segment != null) {
      group.settle(segment);
    }
    synced(slot.lastSequence());
  }
}
