package org.anvildb.bench.workload;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * What the threads of a workload came to.
 *
 * @param workload the name in the report
 * @param units how many entries were handled
 * @param nanos from the first thread's start to the last one's end
 * @param latencies the time of each step
 */
public record Outcome(String workload, long units, long nanos, Histogram latencies) {
  private static final double NANOS_PER_MICRO = 1000;

  static Outcome of(String workload, List<Meter> meters) {
    Histogram latencies = Meter.newHistogram();
    long units = 0;
    long start = Long.MAX_VALUE;
    long end = Long.MIN_VALUE;
    for (Meter meter : meters) {
      latencies.add(meter.latencies());
      units += meter.units();
      start = Math.min(start, meter.startNanos());
      end = Math.max(end, meter.endNanos());
    }
    return new Outcome(workload, units, Math.max(1, end - start), latencies);
  }

  /** Makes the outcome of one long operation. */
  static Outcome single(String workload, long units, long nanos) {
    Histogram latencies = Meter.newHistogram();
    latencies.recordValue(Math.min(nanos, latencies.getHighestTrackableValue()));
    return new Outcome(workload, units, Math.max(1, nanos), latencies);
  }

  /** Returns the same with one latency in place of all. */
  Outcome withLatency(long stepNanos) {
    return new Outcome(workload, units, nanos, single(workload, units, stepNanos).latencies);
  }

  double unitsPerSecond() {
    return units * (double) TimeUnit.SECONDS.toNanos(1) / nanos;
  }

  double percentileMicros(double percentile) {
    return latencies.getValueAtPercentile(percentile) / NANOS_PER_MICRO;
  }

  double maxMicros() {
    return latencies.getMaxValue() / NANOS_PER_MICRO;
  }
}
