package org.anvildb.engine;

import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.wal.GroupCommit;
import org.anvildb.wal.WalSegment;

/** How far the history is known to be on disk. Thread-safe. */
final class DurableMark {
  private final GroupCommit group;
  private final AtomicLong sequence;

  /**
   * The segment whose memtable the log waits for before any of it is forced; -1 if there is none.
   */
  private final long lastReplayed;

  /**
   * Makes a mark.
   *
   * @param sequence the last batch that is in tables
   * @param lastReplayed the segment of the newest memtable that was replayed and is in no table, or
   *     -1; the group {@linkplain GroupCommit#hold is held} until it is
   */
  DurableMark(GroupCommit group, long sequence, long lastReplayed) {
    this.group = group;
    this.sequence = new AtomicLong(sequence);
    this.lastReplayed = lastReplayed;
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
    } else if (slot.memtable().segmentNumber() == lastReplayed) {
      group.letGo();
    }
    synced(slot.lastSequence());
  }
}
