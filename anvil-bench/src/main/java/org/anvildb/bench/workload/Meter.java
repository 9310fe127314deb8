package org.anvildb.bench.workload;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * Times the steps of one thread.
 *
 * <p>One reading of the clock ends a step and starts the next, so a step's time includes the
 * writing of its key; this costs about 25 ns a step. Not thread-safe: one for each thread.
 */
public final class Meter {
  private static final long MAX_NANOS = TimeUnit.MINUTES.toNanos(10);
  private static final int DIGITS = 3;

  private final Histogram latencies = newHistogram();
  private long units;
  private long startNanos;
  private long endNanos;

  static Histogram newHistogram() {
    return new Histogram(MAX_NANOS, DIGITS);
  }

  /**
   * Runs a step again and again and adds what it took.
   *
   * @param step the step
   * @param from the index of the first step
   * @param steps how many at most
   * @param limitNanos for how long at most
   * @return the index of the step that would come next
   */
  long run(Step step, long from, long steps, long limitNanos) {
    long start = System.nanoTime();
    long last = start;
    long index = from;
    long end = steps > Long.MAX_VALUE - from ? Long.MAX_VALUE : from + steps;
    while (index < end) {
      units += step.run(index++);
      long now = System.nanoTime();
      latencies.recordValue(Math.min(MAX_NANOS, now - last));
      last = now;
      if (now - start >= limitNanos) {
        break;
      }
    }
    startNanos = start;
    endNanos = last;
    return index;
  }

  Histogram latencies() {
    return latencies;
  }

  long units() {
    return units;
  }

  long startNanos() {
    return startNanos;
  }

  long endNanos() {
    return endNanos;
  }
}
