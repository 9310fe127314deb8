package org.anvildb.engine;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.anvildb.compact.WritePacing;
import org.anvildb.schedule.Scheduler;

/**
 * Slows writers down a little when merging falls behind, so that they need not be stopped. The pace
 * is set by the background work; writers pay for their bytes in naps. Thread-safe.
 */
final class WriteThrottle {
  private final Scheduler scheduler;
  private final LongAdder stalls = new LongAdder();
  private final LongAdder stallNanos = new LongAdder();

  /** When all that was written would have been written, at the pace asked for. */
  private final AtomicLong dueNanos = new AtomicLong();

  private volatile double nanosPerByte;

  WriteThrottle(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Sets how long a written byte must take at least; 0 lets writers run freely. */
  void setPace(double perByte) {
    nanosPerByte = perByte;
  }

  /** Holds a writer up who is ahead of the pace. */
  void pace(long bytes) {
    double perByte = nanosPerByte;
    if (perByte == 0) {
      return;
    }
    long now = scheduler.nanoTime();
    long due = dueNanos.updateAndGet(before -> WritePacing.dueNanos(before, now, bytes, perByte));
    long pause = WritePacing.pauseNanos(due, now);
    if (pause > 0) {
      scheduler.pause(pause);
    }
  }

  /** Notes that a writer has to wait; returns the time. */
  long beginStall() {
    stalls.increment();
    return scheduler.nanoTime();
  }

  /** Notes the end of a wait. */
  void endStall(long begin) {
    stallNanos.add(scheduler.nanoTime() - begin);
  }

  long stalls() {
    return stalls.sum();
  }

  long stallNanos() {
    return stallNanos.sum();
  }
}
