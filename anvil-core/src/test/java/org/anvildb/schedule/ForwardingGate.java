package org.anvildb.schedule;

import java.util.function.BooleanSupplier;

/** A gate that has another one do its work, for those that change a part of that. */
public class ForwardingGate implements Gate {
  private final Gate delegate;

  /** Makes a gate over another one. */
  protected ForwardingGate(Gate delegate) {
    this.delegate = delegate;
  }

  /** Returns the one that does the work. */
  protected final Gate delegate() {
    return delegate;
  }

  @Override
  public void await(BooleanSupplier condition) {
    delegate.await(condition);
  }

  @Override
  public boolean await(BooleanSupplier condition, long timeoutNanos) throws InterruptedException {
    return delegate.await(condition, timeoutNanos);
  }

  @Override
  public void open() {
    delegate.open();
  }
}
