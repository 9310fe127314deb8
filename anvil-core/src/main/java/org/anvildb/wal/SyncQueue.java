package org.anvildb.wal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.anvildb.api.PoisonedException;
import org.jspecify.annotations.Nullable;

/**
 * Who waits until the log is on disk: threads that sleep, oldest first, and completions.
 *
 * <p>Not thread-safe: belongs to the lock of {@link GroupCommit}. What is taken out is woken and
 * told without that lock.
 */
final class SyncQueue {
  private final ArrayDeque<SyncWaiter> waiters = new ArrayDeque<>();
  private final List<Pending> pending = new ArrayList<>();

  private record Pending(WalSegment segment, long position, GroupCommit.Completion completion) {
    boolean isSynced() {
      return segment.syncedUpTo() >= position;
    }
  }

  void add(SyncWaiter waiter) {
    waiters.add(waiter);
  }

  void add(WalSegment segment, long position, GroupCommit.Completion completion) {
    pending.add(new Pending(segment, position, completion));
  }

  void remove(SyncWaiter waiter) {
    waiters.remove(waiter);
  }

  /** Returns how many threads wait. */
  int threads() {
    return waiters.size();
  }

  /** Returns the thread that has waited longest of those that may lead, or null. */
  @Nullable SyncWaiter firstThatMayLead() {
    for (SyncWaiter waiter : waiters) {
      if (waiter.mayLead()) {
        return waiter;
      }
    }
    return null;
  }

  /** Takes out all whose bytes are on disk. */
  Taken takeServed() {
    if (waiters.isEmpty() && pending.isEmpty()) {
      return Taken.NONE;
    }
    List<SyncWaiter> served = new ArrayList<>(waiters.size());
    waiters.removeIf(waiter -> waiter.isSynced() && served.add(waiter));
    List<Pending> over = new ArrayList<>(pending.size());
    pending.removeIf(p -> p.isSynced() && over.add(p));
    return new Taken(served, over);
  }

  /** Takes out all. */
  Taken takeAll() {
    Taken all = new Taken(List.copyOf(waiters), List.copyOf(pending));
    waiters.clear();
    pending.clear();
    return all;
  }

  /** Whose wait is over. */
  static final class Taken {
    private static final Taken NONE = new Taken(List.of(), List.of());

    private final List<SyncWaiter> waiters;
    private final List<Pending> pending;

    private Taken(List<SyncWaiter> waiters, List<Pending> pending) {
      this.waiters = waiters;
      this.pending = pending;
      for (SyncWaiter waiter : waiters) {
        waiter.setRole(SyncWaiter.Role.GO);
      }
    }

    int threads() {
      return waiters.size();
    }

    void wake() {
      for (SyncWaiter waiter : waiters) {
        waiter.wake();
      }
    }

    /**
     * Tells the completions.
     *
     * @param poison why bytes are not known to be on disk, where they are not
     * @param failureListener told what a completion throws
     */
    void complete(@Nullable PoisonedException poison, Consumer<? super Throwable> failureListener) {
      for (Pending p : pending) {
        try {
          p.completion().done(p.isSynced() ? null : poison);
        } catch (Throwable t) {
          // One caller's mistake must neither keep the others waiting nor pass unseen.
          failureListener.accept(t);
        }
      }
    }
  }
}
