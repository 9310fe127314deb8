package org.anvildb.proof;

import java.util.EnumSet;
import java.util.Set;
import java.util.function.Supplier;
import org.anvildb.schedule.ForwardingScheduler;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler that fails where it is told to, as one does whose threads can't be started, or that a
 * user got wrong. What it refuses is not run. Thread-safe.
 */
final class RefusingScheduler extends ForwardingScheduler {
  /** Which calls fail. */
  enum Call {
    SUBMIT,
    LATER,
    GATE
  }

  /**
   * What goes wrong and where.
   *
   * @param calls the calls that count
   * @param lanes the lanes whose work counts
   * @param nth which of the calls fails, the first one being 0
   * @param sticky whether all later ones fail, too
   * @param failure makes what is thrown: a {@link RuntimeException} or an {@link Error}
   */
  record Plan(
      Set<Call> calls, Set<Lane> lanes, long nth, boolean sticky, Supplier<Throwable> failure) {
    /** Refuses all work of some lanes, as when the system starts no more threads. */
    static Plan noThreads(Lane first, Lane... others) {
      return new Plan(
          EnumSet.of(Call.SUBMIT, Call.LATER),
          EnumSet.of(first, others),
          0,
          true,
          () -> new OutOfMemoryError("unable to create native thread (injected)"));
    }
  }

  private @Nullable Plan plan;
  private long seen;
  private long hits;

  RefusingScheduler(Scheduler delegate) {
    super(delegate);
  }

  /** Starts to fail after a plan, or to fail no more, and to count from 0. */
  synchronized void inject(@Nullable Plan next) {
    plan = next;
    seen = 0;
    hits = 0;
  }

  /** Returns how many calls failed. */
  synchronized long hits() {
    return hits;
  }

  @Override
  public void submit(Lane lane, Runnable work) {
    pass(Call.SUBMIT, lane);
    super.submit(lane, work);
  }

  @Override
  public void submitLater(Lane lane, long delayNanos, Runnable work) {
    pass(Call.LATER, lane);
    super.submitLater(lane, delayNanos, work);
  }

  @Override
  public Gate newGate() {
    pass(Call.GATE, null);
    return super.newGate();
  }

  @Override
  public void giveWay() {
    delegate().giveWay();
  }

  @Override
  public long graceNanos() {
    return delegate().graceNanos();
  }

  private void pass(Call call, @Nullable Lane lane) {
    Throwable failure = next(call, lane);
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalArgumentException(failure);
    }
  }

  private synchronized @Nullable Throwable next(Call call, @Nullable Lane lane) {
    Plan current = plan;
    boolean counts =
        current != null
            && current.calls().contains(call)
            && (lane == null || current.lanes().contains(lane));
    if (!counts) {
      return null;
    }
    long index = seen++;
    if (index != current.nth() && !(current.sticky() && index > current.nth())) {
      return null;
    }
    hits++;
    return current.failure().get();
  }
}
