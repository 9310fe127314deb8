package org.anvildb.proof;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.anvildb.schedule.ForwardingScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;

/** A scheduler that keeps the work of some lanes back until it is released. Thread-safe. */
final class MisuseLanes extends ForwardingScheduler {
  private final Map<Lane, List<Runnable>> held = new EnumMap<>(Lane.class);

  MisuseLanes(Scheduler delegate) {
    super(delegate);
  }

  synchronized void hold(Lane lane) {
    held.put(lane, new ArrayList<>());
  }

  void release(Lane lane) {
    List<Runnable> work;
    synchronized (this) {
      work = held.remove(lane);
    }
    work.forEach(w -> super.submit(lane, w));
  }

  /** Returns how much work of a lane is kept back. */
  synchronized int waiting(Lane lane) {
    return held.getOrDefault(lane, List.of()).size();
  }

  /** Waits until what a lane was given so far is done; the lane must have one thread. */
  void awaitQueued(Lane lane) {
    var isDone = new CompletableFuture<Boolean>();
    submit(lane, () -> isDone.complete(true));
    isDone.join();
  }

  @Override
  public void submit(Lane lane, Runnable work) {
    synchronized (this) {
      if (held.containsKey(lane)) {
        held.get(lane).add(work);
        return;
      }
    }
    super.submit(lane, work);
  }
}
