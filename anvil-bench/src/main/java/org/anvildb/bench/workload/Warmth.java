package org.anvildb.bench.workload;

import java.util.concurrent.TimeUnit;

/**
 * Tells when a process is warm: after a least time, as soon as the JVM's compilers have hardly
 * anything left to do, or after a most time. The same for all engines. Thread-safe.
 *
 * <p>A fixed time is not enough: seen, with 1.5 seconds the compilers still took a fifth of both
 * processors while a fill was timed that lasts three seconds.
 */
final class Warmth {
  /** How long to run between two looks. */
  static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** The part of one processor that the compilers may take of a quiet slice. */
  private static final double QUIET_SHARE = 0.04;

  private final CompilerTime compilers = new CompilerTime();
  private final long startNanos = System.nanoTime();
  private long lookNanos = startNanos;
  private long compilerNanos = compilers.nanos();
  private boolean isReached;

  /** Looks whether the process is warm; once it is, it stays so. */
  synchronized boolean isReached() {
    long now = System.nanoTime();
    if (!isReached && now - lookNanos >= SLICE_NANOS / 2) {
      long nanos = compilers.nanos();
      double share = (double) (nanos - compilerNanos) / (now - lookNanos);
      lookNanos = now;
      compilerNanos = nanos;
      long elapsed = now - startNanos;
      isReached = elapsed >= MOST_NANOS || elapsed >= LEAST_NANOS && share < QUIET_SHARE;
    }
    return isReached;
  }
}
