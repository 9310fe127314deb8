package org.anvildb.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.function.Consumer;
import org.anvildb.api.ClosedException;
import org.anvildb.api.PoisonedException;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.wal.SyncWaiter.Role;
import org.jspecify.annotations.Nullable;

/**
 * Makes the log durable, once for all who wait: while one force runs, others append and queue up,
 * and the next force, which starts right after, serves them together.
 *
 * <p>Whoever waits and finds nobody at it <em>leads</em>: it forces, on its own thread, all that
 * was appended so far. The others follow: they sleep until they are served, or until the lead is
 * handed to one of them. So a single writer never waits for another thread to wake up, and with
 * several each sleeps once a force. If several took part in a round, the next one waits for a
 * moment until they are back; see {@link GroupSize}. A force maps to no channel, so an interrupt of
 * a leader disturbs nobody. Who must not block in the kernel, virtual threads and those who are
 * told asynchronously, is seen to by {@link Lane#SYNC}, which leads where nobody else does.
 *
 * <p>Segments are forced in order. A segment's {@link WalSegment#syncedUpTo()} moves only when all
 * of its predecessors are on disk as a whole, so no acknowledged write ever has a hole before it.
 *
 * <p>A failed force is never tried again: the system may have dropped the pages and would then call
 * the next one a success. From then on every caller whose bytes are not known to be on disk gets a
 * {@link PoisonedException} with the first failure as its cause.
 *
 * <p>Thread-safe. One thread leads at a time, which {@code isLed} says; only it forces and marks.
 */
public final class GroupCommit implements AutoCloseable {
  /** How long a round waits for memory in which to tell who is served. */
  private static final long RETRY_NANOS = 1_000_000;

  private final Scheduler scheduler;
  private final Consumer<? super Throwable> failureListener;
  private final Gate gate;

  /** What is not fully on disk; only {@link UnsyncedSegments#isForcing} needs no lock. */
  @GuardedBy("this")
  private final UnsyncedSegments unsynced = new UnsyncedSegments();

  /** Who waits; the leader is not among them. */
  @GuardedBy("this")
  private final SyncQueue queue = new SyncQueue();

  /** Whether somebody leads; written under the lock. */
  private volatile boolean isLed;

  /** Who leads, so that a thread that got no further than that ends its lead; null if nobody. */
  @GuardedBy("this")
  private @Nullable Thread leader;

  /** Whether what was replayed leads, so to speak: see {@link #hold}. */
  @GuardedBy("this")
  private boolean isHeld;

  /** Who leads for those who can't. */
  @GuardedBy("this")
  private final SyncLane lane;

  private volatile @Nullable Throwable failure;

  /** Written by the leader alone. */
  private volatile long forces;

  /**
   * Is told when an asynchronous wait is over. Must be quick and run no user's code: it runs on the
   * thread that led, which may be any writer's.
   */
  @FunctionalInterface
  public interface Completion {
    /** Takes null if the bytes are on disk, else why they are not. */
    void done(@Nullable PoisonedException failure);
  }

  /**
   * Makes a queue without segments.
   *
   * @param scheduler runs the forces that no waiting thread leads, and makes the gates
   * @param failureListener told by the leader when a force failed, with a {@link PoisonedException}
   *     whose cause is the failure (or, without memory for one, with that), or when a completion
   *     threw; must not throw
   */
  public GroupCommit(Scheduler scheduler, Consumer<? super Throwable> failureListener) {
    this.scheduler = scheduler;
    this.failureListener = failureListener;
    this.gate = scheduler.newGate();
    this.lane = new SyncLane(scheduler, this::run);
  }

  /** Adds the segment that is in use from now on; the one before it must be sealed. */
  public synchronized void add(WalSegment segment) {
    unsynced.add(segment);
  }

  /**
   * Keeps everything from being forced until {@link #letGo}, as if somebody led all the while: who
   * waits, waits. For a log that follows one that was replayed and is not known to be on disk, so
   * that nothing counts as synced before what comes before it is. The old files are not forced
   * instead: had a force of them failed in an earlier process, the next one would succeed without
   * having written a thing.
   */
  public synchronized void hold() {
    if (isLed) {
      throw new IllegalStateException("somebody leads");
    }
    isHeld = true;
    isLed = true;
  }

  /** Ends the holding, as what was replayed is on disk. A second call does nothing. */
  public void letGo() {
    if (endHold()) {
      endRound(null, false);
    }
  }

  /**
   * Ends the holding, as what was replayed will not get to the disk: nothing after it may count as
   * synced then. Does nothing where nothing is held.
   */
  public void giveUp(Throwable cause) {
    if (endHold()) {
      endRound(cause, false);
    }
  }

  private synchronized boolean endHold() {
    boolean wasHeld = isHeld;
    isHeld = false;
    return wasHeld;
  }

  /** Has all that was appended so far forced, without waiting. */
  public void request() {
    synchronized (this) {
      WalSegment last = unsynced.newest();
      if (last != null) {
        want(last, last.position());
      }
    }
    endIfRefused();
  }

  /**
   * Waits until a segment up to a position, and all before it, is on disk. Interrupts don't disturb
   * the wait.
   *
   * @throws PoisonedException if it can't be brought there
   */
  public void await(WalSegment segment, long position) {
    if (isSynced(segment, position)) {
      return;
    }
    boolean isOver = false;
    try {
      SyncWaiter waiter = enter(segment, position);
      if (waiter == null || followOrLeave(waiter)) {
        lead(true);
      }
      isOver = true;
    } finally {
      if (!isOver) {
        endUnbegunLead();
      }
    }
    if (!isSynced(segment, position)) {
      throw poisoned();
    }
  }

  /** Hands the lead on where this thread has it and something was thrown before its round. */
  private void endUnbegunLead() {
    boolean leads;
    synchronized (this) {
      leads = isLed && leader == Thread.currentThread();
    }
    if (leads) {
      endRound(null, false);
    }
  }

  /** As {@link #await}, but tells instead of waiting; at once, if the bytes are on disk already. */
  public void whenSynced(WalSegment segment, long position, Completion completion) {
    boolean isQueued = false;
    synchronized (this) {
      if (!isSynced(segment, position) && failure == null) {
        queue.add(segment, position, completion);
        want(segment, position);
        isQueued = true;
      }
    }
    endIfRefused();
    if (!isQueued) {
      completion.done(isSynced(segment, position) ? null : poisoned());
    }
  }

  /**
   * Takes out a sealed segment all of whose batches are durable elsewhere, in tables of a synced
   * manifest: who waits for it is served. Returns when no force uses it, so that it can be
   * unmapped. Segments must be settled oldest first.
   */
  public void settle(WalSegment segment) {
    SyncQueue.Taken served;
    SyncWaiter next = null;
    synchronized (this) {
      if (!segment.isSealed()) {
        throw new IllegalStateException("a segment in use can't be settled");
      }
      unsynced.remove(segment);
      segment.markSynced(segment.position());
      served = queue.takeServed();
      if (queue.dropServedGatherer()) {
        next = appointNext();
      }
    }
    wake(next, served);
    served.complete(null, failureListener);
    gate.await(() -> !isForcing(segment));
  }

  /**
   * Ends all waits: who still waits is told that the bytes are not known to be on disk. Returns
   * when nobody forces any more. To be called when the scheduler runs no more work.
   */
  @Override
  public void close() {
    endWaits();
    gate.await(() -> !isLed);
  }

  /**
   * As {@link #close()}, but waits for a bounded time for a force that the disk does not answer.
   *
   * @return whether nobody forces any more, so that the segments can be unmapped
   */
  public boolean close(long timeoutNanos) {
    endWaits();
    return gate.awaitHeedless(() -> !isLed, timeoutNanos, scheduler::nanoTime);
  }

  private void endWaits() {
    SyncQueue.Taken over = SyncQueue.Taken.NONE;
    SyncWaiter next = null;
    PoisonedException poison = null;
    synchronized (this) {
      if (failure == null) {
        failure = new ClosedException("the database was closed before");
      }
      queue.dropGatherer();
      if (isHeld) {
        isHeld = false;
        isLed = false;
      }
      try {
        poison = poisoned();
        over = queue.takeAll();
      } catch (OutOfMemoryError e) {
        // Nobody was taken out: a waiter that leads an empty round tells the others.
        next = isLed ? null : appointNext();
      }
    }
    wake(next, over);
    over.complete(poison, failureListener);
  }

  /** Returns how many ranges were forced. */
  public long forces() {
    return forces;
  }

  /** Returns why the log can't be made durable any more, or null. */
  public @Nullable Throwable failure() {
    return failure;
  }

  @SuppressWarnings("GuardedBy") // a volatile read
  private boolean isForcing(WalSegment segment) {
    return unsynced.isForcing(segment);
  }

  private static boolean isSynced(WalSegment segment, long position) {
    return segment.syncedUpTo() >= position;
  }

  /** Lets the calling thread lead, which null says, or queues it up. */
  private synchronized @Nullable SyncWaiter enter(WalSegment segment, long position) {
    boolean mayLead = !Thread.currentThread().isVirtual();
    boolean isOver = failure != null || isSynced(segment, position);
    if (!isOver && mayLead && !isLed && !queue.shouldGather()) {
      queue.endGathering();
      beginLead();
      return null;
    }
    var waiter = new SyncWaiter(segment, position, mayLead, scheduler.newGate());
    if (isOver) {
      waiter.setRole(Role.GO);
      return waiter;
    }
    queue.add(waiter);
    if (!mayLead) {
      want(segment, position);
    } else if (!isLed && !queue.isGathering()) {
      queue.gather(waiter);
    }
    return waiter;
  }

  /** Has the lane see to a position, unless a past or the running force covers it. */
  @GuardedBy("this")
  private void want(WalSegment segment, long position) {
    if (unsynced.covers(segment, position) || failure != null) {
      return;
    }
    lane.want();
    if (!isLed) {
      submit();
    }
  }

  /** Wakes the lane. That it takes no work counts as a failed force, see {@link #endIfRefused}. */
  @GuardedBy("this")
  private void submit() {
    Throwable refusal = lane.submit();
    if (refusal != null && failure == null) {
      failure = refusal;
      lane.refuse(refusal);
    }
  }

  /** Ends all waits if the lane took no work. Called without the lock by all who {@link #want}. */
  private void endIfRefused() {
    if (failure == null) {
      return;
    }
    SyncQueue.Taken over;
    PoisonedException poison;
    synchronized (this) {
      if (!lane.isRefused()) {
        return;
      }
      poison = poisoned();
      over = queue.takeAll();
      queue.dropGatherer();
      lane.endRefusal();
    }
    over.wake();
    over.complete(poison, failureListener);
    failureListener.accept(poison);
  }

  private void run() {
    synchronized (this) {
      lane.begin();
      // Who led meanwhile has covered what was wanted, and submits again what is wanted since.
      if (isLed || !lane.isWanted() || isSettled()) {
        return;
      }
      beginLead();
    }
    boolean isOver = false;
    try {
      lead(false);
      isOver = true;
    } finally {
      if (!isOver) {
        endUnbegunLead();
      }
    }
  }

  /** Tells whether nothing will be forced any more and all who waited were told. */
  @GuardedBy("this")
  private boolean isSettled() {
    return failure != null && queue.isEmpty();
  }

  @GuardedBy("this")
  private void beginLead() {
    isLed = true;
    leader = Thread.currentThread();
    queue.dropGatherer();
  }

  /** As {@link #follow}; a thread that can't wait, for want of memory, leaves nobody behind it. */
  private boolean followOrLeave(SyncWaiter waiter) {
    boolean stays = false;
    try {
      endIfRefused();
      boolean leads = follow(waiter);
      stays = true;
      return leads;
    } finally {
      if (!stays) {
        leave(waiter);
      }
    }
  }

  /** Takes a waiter out, and hands on what it was appointed to: else nobody would ever lead. */
  private void leave(SyncWaiter waiter) {
    boolean leads;
    SyncWaiter next = null;
    synchronized (this) {
      leads = waiter.role() == Role.LEAD;
      if (queue.leave(waiter)) {
        next = appointNext();
      }
    }
    if (next != null) {
      next.wake();
    }
    if (leads) {
      endRound(null, false);
    }
  }

  /** Waits as the waiter's role says; returns whether the thread leads now. */
  private boolean follow(SyncWaiter waiter) {
    waiter.awaitChangeOf(Role.FOLLOW);
    if (waiter.role() == Role.GATHER) {
      boolean isInterrupted = false;
      try {
        waiter.gather(GroupSize.GATHER_NANOS);
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
      leadIncomplete(waiter);
      waiter.awaitChangeOf(Role.GATHER);
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return waiter.role() == Role.LEAD;
  }

  /** Makes the gatherer lead, if the time is up and nobody does. */
  private synchronized void leadIncomplete(SyncWaiter waiter) {
    if (queue.endGatheringInVain(waiter)) {
      beginLead();
    }
  }

  /** One round: forces all that was appended so far, then hands the lead over. */
  private void lead(boolean isCaller) {
    Throwable thrown = null;
    try {
      WalSegment last = beginRound();
      WalSegment segment = next(last);
      while (segment != null) {
        segment = force(segment) ? next(last) : null;
      }
    } catch (Throwable t) {
      thrown = t;
    }
    endRound(thrown, isCaller);
  }

  private synchronized @Nullable WalSegment beginRound() {
    lane.cover();
    return failure == null ? unsynced.newest() : null;
  }

  /** Returns the oldest segment that is not on disk, if it belongs to the round. */
  private synchronized @Nullable WalSegment next(@Nullable WalSegment last) {
    return unsynced.beginOldest(last);
  }

  /** Forces a segment; returns whether all of it is on disk, so that others may follow. */
  private boolean force(WalSegment segment) {
    long from;
    long to;
    boolean isFinal;
    synchronized (this) {
      // Sealed is read first: the position of a segment that is sealed then is final.
      isFinal = segment.isSealed();
      from = segment.syncedUpTo();
      to = unsynced.beginForce(segment);
    }
    if (to > from) {
      segment.force(from, to);
      forces = forces + 1;
    }
    synchronized (this) {
      unsynced.endForce(segment, to, isFinal);
    }
    gate.open();
    return isFinal;
  }

  private void endRound(@Nullable Throwable thrown, boolean isCaller) {
    SyncQueue.Taken over = SyncQueue.Taken.NONE;
    SyncWaiter next;
    PoisonedException poison = null;
    boolean isShort = false;
    synchronized (this) {
      if (thrown != null && failure == null) {
        failure = thrown;
      }
      unsynced.endRound();
      isLed = false;
      leader = null;
      try {
        poison = failure == null ? null : poisoned();
        over = failure == null ? queue.takeServed() : queue.takeAll();
      } catch (OutOfMemoryError e) {
        // Nobody was taken out: another round does that, if need be one of the lane.
        lane.want();
        isShort = true;
      }
      queue.roundOver(over.threads() + (isCaller ? 1 : 0));
      next = appointNext();
    }
    try {
      wake(next, over);
      gate.open();
      over.complete(poison, failureListener);
    } finally {
      if (thrown != null) {
        failureListener.accept(poison == null ? thrown : poison);
      }
      if (isShort) {
        scheduler.pause(RETRY_NANOS);
      }
      submitIfWanted();
    }
  }

  /** Returns the waiter that leads or gathers from now on, null if there is none. */
  @GuardedBy("this")
  private @Nullable SyncWaiter appointNext() {
    SyncWaiter next = queue.appoint();
    if (next != null && next.role() == Role.LEAD) {
      beginLead();
      leader = next.thread();
    }
    return next;
  }

  private static void wake(@Nullable SyncWaiter next, SyncQueue.Taken others) {
    if (next != null) {
      next.wake();
    }
    others.wake();
  }

  private void submitIfWanted() {
    synchronized (this) {
      if (!isLed && lane.isWanted() && !isSettled()) {
        submit();
      }
    }
    endIfRefused();
  }

  private PoisonedException poisoned() {
    Throwable cause = failure;
    return new PoisonedException(
        "the log could not be synced ("
            + (cause == null ? "unknown" : cause.getMessage())
            + "); writes fail, reads go on; close and reopen to recover",
        cause);
  }
}
