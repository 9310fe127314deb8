package org.anvildb.schedule;

import java.util.function.BooleanSupplier;

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

  /** Lets all waiting threads check their conditions again. */
  void open();
}
