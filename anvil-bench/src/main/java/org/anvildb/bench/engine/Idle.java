package org.anvildb.bench.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for background work that can only be asked about. */
final class Idle {
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
  private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);

  /** Between two jobs there is a moment without one: only a row of quiet polls counts. */
  private static final int QUIET_POLLS = 10;

  private static final int LONG_QUIET_POLLS = 120;

  private Idle() {}

  static void await(BooleanSupplier isIdle) {
    await(isIdle, QUIET_POLLS);
  }

  /** As above, for work that begins only after a while of quiet. */
  static void awaitLong(BooleanSupplier isIdle) {
    await(isIdle, LONG_QUIET_POLLS);
  }

  private static void await(BooleanSupplier isIdle, int polls) {
    long start = System.nanoTime();
    int quiet = 0;
    while (quiet < polls) {
      quiet = isIdle.getAsBoolean() ? quiet + 1 : 0;
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new IllegalStateException("the background work did not end within five minutes");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
