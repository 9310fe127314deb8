package org.anvildb.bench.report;

/** Makes results for tests. */
public final class Results {
  private Results() {}

  /** Makes a result with a rate, a longest operation and a round; the rest is small. */
  public static Result of(
      String engine, String workload, double opsPerSecond, double maxMicros, int round) {
    return new Result(
        engine,
        workload,
        1_000_000,
        100,
        opsPerSecond,
        1,
        2,
        3,
        maxMicros,
        4,
        5,
        120,
        round,
        Result.Extra.NONE);
  }
}
