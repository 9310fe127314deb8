package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * Tells how long the running flush will still take, from how long the last ones took. Thread-safe.
 */
final class FlushClock {
  /** A flush that takes longer than the last ones is said to need this share of its time still. */
  private static final double OVERDUE_SHARE = 0.25;

  /** How much the last flush counts against all before. */
  private static final double WEIGHT = 0.5;

  @GuardedBy("this")
  private double nanosPerByte;

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private long beginNanos;

  /** A flush of a memtable with so many bytes of log begins. */
  synchronized void begin(long memtableBytes, long nowNanos) {
    bytes = memtableBytes;
    beginNanos = nowNanos;
  }

  /** The flush ended, and the memtable is in tables. */
  synchronized void end(long nowNanos) {
    if (bytes > 0) {
      double latest = (nowNanos - beginNanos) / (double) bytes;
      nanosPerByte = nanosPerByte == 0 ? latest : nanosPerByte + WEIGHT * (latest - nanosPerByte);
    }
    bytes = 0;
  }

  /**
   * Returns how long it takes until another memtable is in tables.
   *
   * @param oldestBytes the bytes of the oldest frozen memtable; 0 if there is none
   */
  synchronized long leftNanos(long oldestBytes, long nowNanos) {
    double all = nanosPerByte * oldestBytes;
    return bytes == 0
        ? (long) all
        : (long) Math.max(OVERDUE_SHARE * all, all - (nowNanos - beginNanos));
  }
}
