package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.Comparator;
import java.util.TreeMap;

/**
 * The open snapshots, so that flushes and compactions keep what they see.
 *
 * <p>A snapshot is added under the commit lock. A flush asks after its memtable was frozen under
 * that lock, a compaction works on tables whose batches were all published before it asks: so
 * neither can miss a snapshot that needs one of its versions. Thread-safe.
 */
final class SnapshotRegistry {
  private static final class Holders {
    private final SnapshotPoint point;
    private int count = 1;

    Holders(SnapshotPoint point) {
      this.point = point;
    }
  }

  @GuardedBy("this")
  private final TreeMap<Long, Holders> bySequence = new TreeMap<>();

  @GuardedBy("this")
  private int open;

  synchronized void add(SnapshotPoint point) {
    open++;
    Holders holders = bySequence.get(point.sequence());
    if (holders == null) {
      bySequence.put(point.sequence(), new Holders(point));
    } else {
      // Equal sequences mean equal views: no batch lies between them.
      holders.count++;
    }
  }

  synchronized void remove(SnapshotPoint point) {
    open--;
    Holders holders = bySequence.get(point.sequence());
    if (holders != null && --holders.count == 0) {
      bySequence.remove(point.sequence());
    }
  }

  /** Returns how many snapshots are open. */
  synchronized int count() {
    return open;
  }

  /** Returns the sequence numbers of the open snapshots, ascending and distinct. */
  synchronized long[] sequences() {
    return bySequence.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  /** Returns the moments of the open snapshots, oldest first and distinct. */
  synchronized SnapshotPoint[] points() {
    SnapshotPoint[] points =
        bySequence.values().stream().map(h -> h.point).toArray(SnapshotPoint[]::new);
    Arrays.sort(points, Comparator.comparingLong(SnapshotPoint::sequence));
    return points;
  }
}
