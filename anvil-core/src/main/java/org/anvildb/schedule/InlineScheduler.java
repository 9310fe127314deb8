package org.anvildb.schedule;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/**
 * Runs background work on the caller's own thread, one step at a time, in an order drawn from a
 * random source: the same seed gives the same run. Time stands still but for {@link #advance}.
 *
 * <p>Nothing runs until {@link #runOne()} is called, or until somebody waits at a gate: the waiter
 * then runs steps until its condition holds. A wait that no step can end is an {@link
 * IllegalStateException}. Not thread-safe: for tests that run a whole database on one thread.
 */
public final class InlineScheduler implements Scheduler {
  private record Task(Lane lane, Runnable work) {}

  private record Delayed(long dueNanos, long order, Task task) {}

  private final RandomGenerator random;
  private final List<Task> ready = new ArrayList<>();
  private final PriorityQueue<Delayed> delayed =
      new PriorityQueue<>(
          Comparator.comparingLong(Delayed::dueNanos).thenComparingLong(Delayed::order));
  private long now;
  private long order;
  private boolean closed;

  /**
   * Makes a scheduler.
   *
   * @param random draws which of the ready steps runs next
   */
  public InlineScheduler(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Runs one ready step.
   *
   * @return whether there was one
   */
  public boolean runOne() {
    if (ready.isEmpty()) {
      return false;
    }
    ready.remove(draw()).work().run();
    return true;
  }

  /** Draws a step; but for compactions, the first one of a lane goes before the others of it. */
  private int draw() {
    int drawn = ready.size() == 1 ? 0 : random.nextInt(ready.size());
    Lane lane = ready.get(drawn).lane();
    if (lane == Lane.COMPACTION) {
      return drawn;
    }
    int first = 0;
    while (ready.get(first).lane() != lane) {
      first++;
    }
    return first;
  }

  /** Runs steps, and those that they lead to, until none is ready. */
  public void runAll() {
    boolean ran;
    do {
      ran = runOne();
    } while (ran);
  }

  /**
   * Lets time pass, so that delayed work becomes ready.
   *
   * @param nanos how much
   */
  public void advance(long nanos) {
    now += nanos;
    while (!delayed.isEmpty() && delayed.peek().dueNanos() <= now) {
      ready.add(delayed.remove().task());
    }
  }

  @Override
  public void submit(Lane lane, Runnable work) {
    if (!closed) {
      ready.add(new Task(lane, work));
    }
  }

  @Override
  public void submitLater(Lane lane, long delayNanos, Runnable work) {
    if (!closed) {
      delayed.add(new Delayed(now + delayNanos, order++, new Task(lane, work)));
    }
  }

  @Override
  public Gate newGate() {
    return new InlineGate();
  }

  @Override
  public void pause(long nanos) {
    advance(nanos);
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public void close() {
    closed = true;
    ready.clear();
    delayed.clear();
  }

  private final class InlineGate implements Gate {
    @Override
    public void await(BooleanSupplier condition) {
      while (!condition.getAsBoolean()) {
        if (!runOne()) {
          passTimeToNextStep();
        }
      }
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNanos) throws InterruptedException {
      long end = now + timeoutNanos;
      while (!condition.getAsBoolean()) {
        if (Thread.interrupted()) {
          throw new InterruptedException();
        }
        if (!runOne()) {
          if (delayed.isEmpty() || delayed.peek().dueNanos() > end) {
            now = Math.max(now, end);
            return condition.getAsBoolean();
          }
          passTimeToNextStep();
        }
      }
      return true;
    }

    @Override
    public void open() {}

    private void passTimeToNextStep() {
      Delayed next = delayed.peek();
      if (next == null) {
        throw new IllegalStateException("a wait that no background step can end");
      }
      advance(next.dueNanos() - now);
    }
  }
}
