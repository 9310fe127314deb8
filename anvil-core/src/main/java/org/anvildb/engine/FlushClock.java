package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * Tells how long the running flush will still take, from how long the last ones took. Thread-safe.
 *
 * <p>Small flushes don't count: they are all syncs, and would let the next large one seem to take a
 * minute.
 */
final class FlushClock {
  /** A flush that takes longer than the last ones is said to need this share of its time still. */
  private static final double OVERDUE_SHARE = 0.25;

  /** How much the flushes before count when another one ends. */
  private static final double DECAY = 0.5;

  private static final long SMALL_BYTES = 1 << 20;

  /** The bytes of the last flushes, and the time that they took, older ones weighing less. */
  @GuardedBy("this")
  private double flushedBytes;

  @GuardedBy("this")
  private double flushedNanos;

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private long beginNanos;

  /** A flush of a memtable with so many bytes of log begins. */
  synchronized void begin(long memtableBytes, long nowNanos) {
    bytes = memtableBytes;
    beginNanos = nowNanos;
  }

  /** The flush ended, well or not. */
  synchronized void end(long nowNanos) {
    if (bytes >= SMALL_BYTES) {
      flushedBytes = DECAY * flushedBytes + bytes;
      flushedNanos = DECAY * flushedNanos + (nowNanos - beginNanos);
    }
    bytes = 0;
  }

  /**
   * Returns how long it takes until another memtable is in tables.
   *
   * @param oldestBytes the bytes of the oldest frozen memtable; 0 if there is none
   */
  synchronized long leftNanos(long oldestBytes, long nowNanos) {
    double all = flushedBytes == 0 ? 0 : flushedNanos / flushedBytes * oldestBytes;
    return bytes == 0
        ? (long) all
        : (long) Math.max(OVERDUE_SHARE * all, all - (nowNanos - beginNanos));
  }
}
