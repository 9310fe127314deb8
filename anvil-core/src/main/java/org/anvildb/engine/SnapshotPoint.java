package org.anvildb.engine;

import org.anvildb.memtable.Memtable;

/**
 * A moment in the history of the database: a sequence number, and the place in the log that belongs
 * to it. Tables compare the number, memtables the place.
 *
 * @param sequence the newest batch that is seen
 * @param segment the log segment that took writes at that moment
 * @param position the end of what was written to it, in bytes
 */
record SnapshotPoint(long sequence, long segment, long position) {
  /** Returns how much of a memtable's log is seen, in bytes: 0 for nothing. */
  long limit(Memtable memtable) {
    long number = memtable.segmentNumber();
    if (number < segment) {
      return memtable.limit();
    }
    return number == segment ? position : 0;
  }

  /** Tells whether an entry of a log segment is older than this moment. */
  boolean sees(long entrySegment, long entryPosition) {
    return entrySegment < segment || entrySegment == segment && entryPosition < position;
  }
}
