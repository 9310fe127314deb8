package org.anvildb.schedule;

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

  @Override
  public Gate newGate() {
    return delegate.newGate();
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
