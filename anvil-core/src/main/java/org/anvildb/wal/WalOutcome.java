package org.anvildb.wal;

import java.util.List;

/** What a replay found at the end of the log. */
public sealed interface WalOutcome {
  /** Returns the number of the last batch that is part of history. */
  long lastSequence();

  /** The log ends in good order. */
  record Clean(long lastSequence) implements WalOutcome {}

  /**
   * A crash tore the log; all from the tear on was never promised to be on disk, and is dropped.
   *
   * @param segment the number of the torn segment
   * @param offset where it is torn; 0 if its header is lost
   * @param droppedBytes how many bytes are lost in it, as far as can be told
   * @param droppedSegments the later segments, whose records are dropped as well
   * @param reason what doesn't verify
   */
  record TornTail(
      long lastSequence,
      long segment,
      long offset,
      long droppedBytes,
      List<Long> droppedSegments,
      String reason)
      implements WalOutcome {}
}
