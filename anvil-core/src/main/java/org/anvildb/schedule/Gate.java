package org.anvildb.schedule;

import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** A place where threads wait until a condition holds that background work makes true. */
public interface Gate {
  /**
   * Waits until a condition holds, heedless of interrupts; the flag of an interrupted thread is set
   * again at the end.
   *
   * @param condition checked before waiting and after each {@link #open()}; must be cheap and must
   *     take no locks
   */
  void await(BooleanSupplier condition);

  /**
   * Waits until a condition holds, for a bounded time.
   *
   * @param condition checked before waiting and after each {@link #open()}
   * @param timeoutNanos the longest wait
   * @return whether the condition holds
   * @throws InterruptedException if the thread was interrupted while it waited; the flag is cleared
   */
  boolean await(BooleanSupplier condition, long timeoutNanos) throws InterruptedException;

  /**
   * Waits until a condition holds, for a bounded time, heedless of interrupts; the flag of an
   * interrupted thread is set again at the end.
   *
   * @param condition as above
   * @param timeoutNanos the longest wait
   * @param nanoTime the scheduler's time
   * @return whether the condition holds
   */
  default boolean awaitHeedless(
      BooleanSupplier condition, long timeoutNanos, LongSupplier nanoTime) {
    long end = nanoTime.getAsLong() + timeoutNanos;
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return await(condition, end - nanoTime.getAsLong());
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Lets all waiting threads check their conditions again. */
  void open();
}
