package org.anvildb.wal;

import java.lang.foreign.MemorySegment;

/** Takes the batches of a replay, oldest first. What it throws ends the replay. */
public interface BatchSink {
  /**
   * Announces a segment: the batches that follow stand in it. Its memory is valid until the replay
   * is closed.
   *
   * @param number the segment's number
   * @param memory the whole file, read-only
   */
  void segment(long number, MemorySegment memory);

  /**
   * Takes a batch, whose checksums and operations were verified.
   *
   * @param sequence its number
   * @param offset where its first operation starts in the segment
   * @param length the length of all operations
   * @param operations how many there are
   */
  void batch(long sequence, long offset, int length, int operations);
}
