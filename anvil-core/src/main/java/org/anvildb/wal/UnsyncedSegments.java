package org.anvildb.wal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The segments that are not on disk as a whole, oldest first, the last one being in use; and which
 * of them is being forced.
 *
 * <p>Not thread-safe: belongs to the lock of {@link GroupCommit}, but for {@link #isForcing}.
 */
final class UnsyncedSegments {
  /** No deque: one that runs out of memory while it grows loses what it has. */
  private final List<WalSegment> segments = new ArrayList<>();

  /** What is being forced and up to where, written by the leader. */
  private volatile @Nullable WalSegment forcing;

  private long forcingUpTo;

  /** Adds the segment that is in use from now on. */
  void add(WalSegment segment) {
    segments.add(segment);
  }

  void remove(WalSegment segment) {
    segments.remove(segment);
  }

  /** Returns the one in use. */
  @Nullable WalSegment newest() {
    return segments.isEmpty() ? null : segments.getLast();
  }

  /** Begins with the oldest one, if it belongs to a round that ends with some segment. */
  @Nullable WalSegment beginOldest(@Nullable WalSegment last) {
    if (last == null || segments.isEmpty()) {
      return null;
    }
    WalSegment oldest = segments.getFirst();
    if (oldest.number() > last.number()) {
      return null;
    }
    forcing = oldest;
    return oldest;
  }

  /** Notes up to where the segment that was begun with is forced now; returns that position. */
  long beginForce(WalSegment segment) {
    forcingUpTo = segment.position();
    return forcingUpTo;
  }

  /**
   * Notes that a segment is on disk up to a position.
   *
   * @param isFinal whether that is all of it
   */
  void endForce(WalSegment segment, long to, boolean isFinal) {
    if (segment.syncedUpTo() < to) {
      segment.markSynced(to);
    }
    if (isFinal) {
      segments.remove(segment);
    }
    forcing = null;
  }

  /** Notes that a round is over, however it ended. */
  void endRound() {
    forcing = null;
  }

  /** Tells whether a past force, or the one that runs, takes a position to the disk. */
  boolean covers(WalSegment segment, long position) {
    return segment.syncedUpTo() >= position || segment == forcing && position <= forcingUpTo;
  }

  /** Tells whether a segment is being forced; needs no lock. */
  boolean isForcing(WalSegment segment) {
    return forcing == segment;
  }
}
