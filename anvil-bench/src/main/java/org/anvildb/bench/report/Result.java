package org.anvildb.bench.report;

/**
 * One line of figures: one workload on one engine in one round. A figure that is not known is NaN.
 *
 * @param engine the engine's name
 * @param workload the workload's name
 * @param entries how many entries a filled store has
 * @param valueBytes how long values are
 * @param opsPerSecond entries handled in a second
 * @param p50Micros the median time of an operation
 * @param p99Micros 99 of 100 operations took no longer
 * @param p999Micros 999 of 1000 operations took no longer
 * @param maxMicros the longest operation
 * @param cpuSeconds processor time, with the settling afterwards
 * @param rssMb the most memory that was resident, pages of mapped files included
 * @param diskMb allocated on disk after settling and closing; in spacechurn the most at any time
 * @param round 1 and up
 * @param extra figures that CSV has no column for
 */
public record Result(
    String engine,
    String workload,
    long entries,
    int valueBytes,
    double opsPerSecond,
    double p50Micros,
    double p99Micros,
    double p999Micros,
    double maxMicros,
    double cpuSeconds,
    double rssMb,
    double diskMb,
    int round,
    Extra extra) {
  /**
   * Figures that CSV has no column for.
   *
   * @param writtenMb what went towards the disk
   * @param gcCount how many garbage collections there were
   * @param gcMillis how long they took
   * @param settledMb allocated on disk after settling and closing
   */
  public record Extra(double writtenMb, double gcCount, double gcMillis, double settledMb) {
    /** Nothing is known. */
    public static final Extra NONE = new Extra(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
  }
}
