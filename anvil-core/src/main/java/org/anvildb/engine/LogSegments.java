package org.anvildb.engine;

import org.anvildb.memtable.Gaps;
import org.anvildb.memtable.Memtable;
import org.anvildb.schedule.Scheduler;
import org.anvildb.wal.GroupCommit;
import org.anvildb.wal.LogEnd;
import org.anvildb.wal.SegmentPool;
import org.anvildb.wal.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * The chain of log segments as the committer sees it: the next one, and the memtable that goes with
 * each. The methods that take segments are called under the commit lock.
 */
final class LogSegments {
  private final SegmentPool pool;
  private final GroupCommit group;
  private final Garbage garbage;
  private final long hashSeed;
  private final Scheduler scheduler;
  private final Gaps gaps = new Gaps();

  LogSegments(
      SegmentPool pool, GroupCommit group, Garbage garbage, long hashSeed, Scheduler scheduler) {
    this.pool = pool;
    this.group = group;
    this.garbage = garbage;
    this.hashSeed = hashSeed;
    this.scheduler = scheduler;
  }

  /** Returns the gaps that all memtables of the chain keep up to date. */
  Gaps gaps() {
    return gaps;
  }

  /** Returns a segment for a new chain, waiting until there is one; it is not begun. */
  WalSegment first() {
    return pool.takeFirst();
  }

  /** Lets the first segment follow the log that was replayed; then nothing is synced for now. */
  void follow(LogEnd end, WalSegment first, long firstSequence) {
    first.beginAfter(end, firstSequence);
    group.hold();
    group.add(first);
    pool.prepare();
  }

  /** Begins the chain, once the manifest says that the log starts with this segment. */
  void begin(WalSegment first, long firstSequence) {
    first.beginChain(firstSequence);
    group.add(first);
    pool.prepare();
  }

  /** Seals a segment and returns the next one, or null if none is ready that fits a batch. */
  @Nullable WalSegment takeNext(WalSegment full, long bytes) {
    if (!pool.isReady(bytes)) {
      return null;
    }
    WalSegment next = pool.take(full, bytes);
    group.add(next);
    pool.prepare();
    return next;
  }

  /** Tells whether {@link #takeNext} would answer at once, with a segment or an exception. */
  boolean isReady(long bytes) {
    return pool.isReady(bytes);
  }

  /** Has a segment made that fits a batch. */
  void prepare(long bytes) {
    pool.prepare(bytes);
  }

  /** Makes the memtable of a segment. */
  MemtableSlot slot(WalSegment segment) {
    Memtable memtable = new Memtable(segment.memory(), segment.number(), hashSeed, gaps);
    return new MemtableSlot(memtable, segment, garbage, scheduler.nanoTime());
  }
}
