package org.anvildb.bench.workload;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anvildb.bench.engine.Session;
import org.anvildb.bench.engine.Store;
import org.jspecify.annotations.Nullable;

/**
 * The threads of a workload: each makes its step, warms up, waits for the others and is then timed.
 * One thread uses a crew, once.
 */
final class Crew {
  private final Store store;
  private final Data data;
  private final List<Member> members = new ArrayList<>();
  private volatile @Nullable ProcessCost costAtStart;

  Crew(Store store, Data data) {
    this.store = store;
    this.data = data;
  }

  /** One thread: what it does, and what it came to. */
  private static final class Member {
    final StepMaker maker;
    final int thread;
    final int threads;
    final Meter meter = new Meter();
    @Nullable Step step;

    Member(StepMaker maker, int thread, int threads) {
      this.maker = maker;
      this.thread = thread;
      this.threads = threads;
    }
  }

  Crew add(StepMaker maker, int threads) {
    for (int i = 0; i < threads; i++) {
      members.add(new Member(maker, i, threads));
    }
    return this;
  }

  /**
   * Runs all threads to the end.
   *
   * @param warmth until when each repeats its step before it is timed; null for not at all
   * @param steps how many steps all threads together do at most
   * @param limitNanos how long they are timed at most
   */
  void run(@Nullable Warmth warmth, long steps, long limitNanos) {
    CyclicBarrier start = new CyclicBarrier(members.size(), () -> costAtStart = ProcessCost.now());
    List<Callable<@Nullable Void>> calls = new ArrayList<>();
    for (Member member : members) {
      calls.add(() -> {
        try (Session session = store.session()) {
          Step step = member.maker.make(data, session, member.thread, member.threads);
          member.step = step;
          long next = warmth == null ? 0 : warmUp(step, warmth);
          start.await();
          member.meter.run(step, next, Math.ceilDiv(steps, members.size()), limitNanos);
        } catch (Throwable e) {
          start.reset();
          throw e;
        }
        return null;
      });
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(members.size())) {
      List<Future<@Nullable Void>> ends = new ArrayList<>();
      calls.forEach(call -> ends.add(threads.submit(call)));
      for (Future<@Nullable Void> end : ends) {
        end.get();
      }
    } catch (ExecutionException e) {
      throw rethrow(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while a workload ran", e);
    }
  }

  /** Returns the index of the step that comes next. */
  private static long warmUp(Step step, Warmth warmth) {
    long next = 0;
    while (!warmth.isReached()) {
      next = new Meter().run(step, next, Long.MAX_VALUE, Warmth.SLICE_NANOS);
    }
    return next;
  }

  private static RuntimeException rethrow(Throwable cause) {
    return cause instanceof RuntimeException e ? e : new IllegalStateException(cause);
  }

  /** Returns what the process had used up when the timing began. */
  ProcessCost costAtStart() {
    ProcessCost cost = costAtStart;
    if (cost == null) {
      throw new IllegalStateException("the crew has not run");
    }
    return cost;
  }

  /** Returns what some of the threads came to, counted in the order of adding. */
  Outcome outcome(String name, int from, int count) {
    return Outcome.of(
        name, members.subList(from, from + count).stream().map(m -> m.meter).toList());
  }

  /** Returns the step of a thread. */
  @Nullable Step step(int member) {
    return members.get(member).step;
  }
}
