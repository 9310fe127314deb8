package org.anvildb.wal;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.anvildb.api.PoisonedException;
import org.jspecify.annotations.Nullable;

/**
 * Who waits until the log is on disk: threads that sleep, oldest first, and completions; and which
 * of the threads gathers a group, while nobody leads.
 *
 * <p>Not thread-safe: belongs to the lock of {@link GroupCommit}. What is taken out is woken and
 * told without that lock.
 */
final class SyncQueue {
  /** No deque: one that runs out of memory while it grows loses what it has. */
  private final List<SyncWaiter> waiters = new ArrayList<>();

  private final List<Pending> pending = new ArrayList<>();
  private final GroupSize groupSize = new GroupSize();

  /** The waiter that keeps the time while a group gathers; then nobody leads. */
  private @Nullable SyncWaiter gatherer;

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
    for (int i = 0; i < waiters.size(); i++) {
      if (waiters.get(i).mayLead()) {
        return waiters.get(i);
      }
    }
    return null;
  }

  /** Tells whether a thread that comes now had better wait for others. */
  boolean shouldGather() {
    return groupSize.shouldGather(threads() + 1);
  }

  boolean isGathering() {
    return gatherer != null;
  }

  /** Lets a waiter gather a group. */
  void gather(SyncWaiter waiter) {
    gatherer = waiter;
    waiter.setRole(SyncWaiter.Role.GATHER);
  }

  /** Ends the gathering, if there is one, as the group is complete. */
  void endGathering() {
    if (gatherer != null) {
      groupSize.gathered();
      gatherer = null;
    }
  }

  /** Makes a gatherer lead whose time is up, and takes it out; tells whether it still gathered. */
  boolean endGatheringInVain(SyncWaiter waiter) {
    if (gatherer != waiter || waiter.role() != SyncWaiter.Role.GATHER) {
      return false;
    }
    groupSize.gatheredInVain();
    gatherer = null;
    remove(waiter);
    waiter.setRole(SyncWaiter.Role.LEAD);
    return true;
  }

  /** Takes the part of a gatherer away whose bytes are on disk; tells whether there was one. */
  boolean dropServedGatherer() {
    boolean isServed = gatherer != null && gatherer.role() == SyncWaiter.Role.GO;
    if (isServed) {
      gatherer = null;
    }
    return isServed;
  }

  void dropGatherer() {
    gatherer = null;
  }

  /** Takes a waiter out that gives up; tells whether it gathered. */
  boolean leave(SyncWaiter waiter) {
    remove(waiter);
    boolean gathered = gatherer == waiter;
    if (gathered) {
      gatherer = null;
    }
    return gathered;
  }

  /**
   * Notes that a round is over.
   *
   * @param others how many took part that are not in the queue any more
   */
  void roundOver(int others) {
    groupSize.roundOver(others + threads());
  }

  /** Appoints who gathers or leads next, as its role tells; null if nobody may. */
  @Nullable SyncWaiter appoint() {
    SyncWaiter next = firstThatMayLead();
    if (next == null) {
      return null;
    }
    if (groupSize.shouldGather(threads())) {
      gather(next);
    } else {
      remove(next);
      next.setRole(SyncWaiter.Role.LEAD);
    }
    return next;
  }

  boolean isEmpty() {
    return waiters.isEmpty() && pending.isEmpty();
  }

  /** Takes out all whose bytes are on disk. */
  Taken takeServed() {
    if (isEmpty()) {
      return Taken.NONE;
    }
    List<SyncWaiter> served = new ArrayList<>(waiters.size());
    for (SyncWaiter waiter : waiters) {
      if (waiter.isSynced()) {
        served.add(waiter);
      }
    }
    List<Pending> over = new ArrayList<>(pending.size());
    for (Pending p : pending) {
      if (p.isSynced()) {
        over.add(p);
      }
    }
    Taken taken = new Taken(served, over);
    remove(served, over);
    return taken;
  }

  /**
   * Removes some, in the order in which they stand. Takes no memory, as all that may lack it is
   * done before: who was taken out and not told would wait for ever.
   */
  private void remove(List<SyncWaiter> served, List<Pending> over) {
    for (int i = 0; i < served.size(); i++) {
      waiters.remove(served.get(i));
    }
    int kept = 0;
    int removed = 0;
    for (int i = 0; i < pending.size(); i++) {
      Pending p = pending.get(i);
      if (removed < over.size() && over.get(removed) == p) {
        removed++;
      } else {
        pending.set(kept++, p);
      }
    }
    while (pending.size() > kept) {
      pending.removeLast();
    }
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
    static final Taken NONE = new Taken(List.of(), List.of());

    private final List<SyncWaiter> waiters;
    private final List<Pending> pending;

    private Taken(List<SyncWaiter> waiters, List<Pending> pending) {
      this.waiters = waiters;
      this.pending = pending;
      for (int i = 0; i < waiters.size(); i++) {
        waiters.get(i).setRole(SyncWaiter.Role.GO);
      }
    }

    int threads() {
      return waiters.size();
    }

    void wake() {
      for (int i = 0; i < waiters.size(); i++) {
        waiters.get(i).wake();
      }
    }

    /**
     * Tells the completions.
     *
     * @param poison why bytes are not known to be on disk, where they are not
     * @param failureListener told what a completion throws
     */
    void complete(@Nullable PoisonedException poison, Consumer<? super Throwable> failureListener) {
      Throwable thrown = null;
      for (int i = 0; i < pending.size(); i++) {
        Pending p = pending.get(i);
        try {
          p.completion().done(p.isSynced() ? null : poison);
        } catch (Throwable t) {
          // One caller's mistake must neither keep the others waiting nor pass unseen.
          try {
            failureListener.accept(t);
          } catch (Throwable ofListener) {
            thrown = ofListener;
          }
        }
      }
      switch (thrown) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        case null, default -> {}
      }
    }
  }
}
