package org.anvildb.schedule;

import java.util.function.BooleanSupplier;

/**
 * A scheduler that has another one do its work, for those that change a part of that. What has a
 * default in {@link Scheduler} keeps it.
 */
public class ForwardingScheduler implements Scheduler {
  private final Scheduler delegate;

  /** Makes a scheduler over another one. */
  protected ForwardingScheduler(Scheduler delegate) {
    this.delegate = delegate;
  }

  /** Returns the one that does the work. */
  protected final Scheduler delegate() {
    return delegate;
  }

  @Override
  public void submit(Lane lane, Runnable work) {
    delegate.submit(lane, work);
  }

  @Override
  public void submitLater(Lane lane, long delayNanos, Runnable work) {
    delegate.submitLater(lane, delayNanos, work);
  }

  /** Gates wait for a bounded time by {@link #await(Gate, BooleanSupplier, long)}. */
  @Override
  public Gate newGate() {
    return new ForwardingGate(delegate.newGate()) {
      @Override
      public boolean await(BooleanSupplier condition, long timeoutNanos)
          throws InterruptedException {
        return ForwardingScheduler.this.await(delegate(), condition, timeoutNanos);
      }
    };
  }

  /** Waits at a gate of the scheduler that does the work. */
  protected boolean await(Gate gate, BooleanSupplier condition, long timeoutNanos)
      throws InterruptedException {
    return gate.await(condition, timeoutNanos);
  }

  @Override
  public void pause(long nanos) {
    delegate.pause(nanos);
  }

  @Override
  public long nanoTime() {
    return delegate.nanoTime();
  }

  @Override
  public void close() {
    delegate.close();
  }
}
