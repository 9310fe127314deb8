package org.anvildb.proof;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;

/** A scheduler that keeps the work of some lanes back until it is released. Thread-safe. */
final class MisuseLanes implements Scheduler {
  private final Scheduler delegate;
  private final Map<Lane, List<Runnable>> held = new EnumMap<>(Lane.class);

  MisuseLanes(Scheduler delegate) {
    this.delegate = delegate;
  }

  synchronized void hold(Lane lane) {
    held.put(lane, new ArrayList<>());
  }

  void release(Lane lane) {
    List<Runnable> work;
    synchronized (this) {
      work = held.remove(lane);
    }
    work.forEach(w -> delegate.submit(lane, w));
  }

  /** Returns how much work of a lane is kept back. */
  synchronized int waiting(Lane lane) {
    return held.getOrDefault(lane, List.of()).size();
  }

  @Override
  public void submit(Lane lane, Runnable work) {
    synchronized (this) {
      if (held.containsKey(lane)) {
        held.get(lane).add(work);
        return;
      }
    }
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
