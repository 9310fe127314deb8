package org.anvildb.wal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.anvildb.api.ClosedException;
import org.anvildb.api.PoisonedException;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Makes the log durable, once for all who wait: while one force runs, others append and queue up,
 * and the next force, which starts right after, serves them together.
 *
 * <p>Segments are forced in order. A segment's {@link WalSegment#syncedUpTo()} moves only when all
 * of its predecessors are on disk as a whole, so no acknowledged write ever has a hole before it.
 *
 * <p>A failed force is never tried again: the system may have dropped the pages and would then call
 * the next one a success. From then on every caller whose bytes are not known to be on disk gets a
 * {@link PoisonedException} with the first failure as its cause.
 *
 * <p>Thread-safe. Forces run in {@link Lane#SYNC}, never on a calling thread, which only waits at a
 * gate.
 */
public final class GroupCommit implements AutoCloseable {
  private final Scheduler scheduler;
  private final Consumer<? super Throwable> failureListener;
  private final Gate gate;

  /** What is not fully on disk, oldest first; the last one is in use. */
  @GuardedBy("this")
  private final ArrayDeque<WalSegment> unsynced = new ArrayDeque<>();

  @GuardedBy("this")
  private final List<Pending> pending = new ArrayList<>();

  @GuardedBy("this")
  private boolean isRunning;

  /** Whether something was asked for that no running or past force covers. */
  @GuardedBy("this")
  private boolean isWanted;

  /** What is being forced and up to where, written by the sync thread under the lock. */
  private volatile @Nullable WalSegment forcing;

  @GuardedBy("this")
  private long forcingUpTo;

  private volatile @Nullable Throwable failure;

  /** Written by the sync thread alone. */
  private volatile long forces;

  /** Is told when an asynchronous wait is over. Must be quick: it runs on the sync thread. */
  @FunctionalInterface
  public interface Completion {
    /** Takes null if the bytes are on disk, else why they are not. */
    void done(@Nullable PoisonedException failure);
  }

  private record Pending(WalSegment segment, long position, Completion completion) {}

  /**
   * Makes a queue without segments.
   *
   * @param scheduler runs the forces and makes the gate
   * @param failureListener told on the sync thread when a force failed, with a {@link
   *     PoisonedException} whose cause is the failure, or when a completion threw; must not throw
   */
  public GroupCommit(Scheduler scheduler, Consumer<? super Throwable> failureListener) {
    this.scheduler = scheduler;
    this.failureListener = failureListener;
    this.gate = scheduler.newGate();
  }

  /** Adds the segment that is in use from now on; the one before it must be sealed. */
  public synchronized void add(WalSegment segment) {
    unsynced.add(segment);
  }

  /** Has all that was appended so far forced, without waiting. */
  public synchronized void request() {
    WalSegment last = unsynced.peekLast();
    if (last != null) {
      want(last, last.position());
    }
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
    synchronized (this) {
      want(segment, position);
    }
    gate.await(() -> isSynced(segment, position) || failure != null);
    if (!isSynced(segment, position)) {
      throw poisoned();
    }
  }

  /** As {@link #await}, but tells instead of waiting; at once, if the bytes are on disk already. */
  public void whenSynced(WalSegment segment, long position, Completion completion) {
    boolean isQueued = false;
    synchronized (this) {
      if (!isSynced(segment, position) && failure == null) {
        pending.add(new Pending(segment, position, completion));
        want(segment, position);
        isQueued = true;
      }
    }
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
    List<Pending> served;
    synchronized (this) {
      if (!segment.isSealed()) {
        throw new IllegalStateException("a segment in use can't be settled");
      }
      unsynced.remove(segment);
      segment.markSynced(segment.position());
      served = takeServed();
    }
    complete(served, null);
    gate.open();
    gate.await(() -> forcing != segment);
  }

  /**
   * Ends all waits: who still waits is told that the bytes are not known to be on disk. To be
   * called when the scheduler runs no more work.
   */
  @Override
  public void close() {
    List<Pending> over;
    synchronized (this) {
      if (failure == null) {
        failure = new ClosedException("the database was closed before");
      }
      over = takeAll();
    }
    gate.open();
    complete(over, poisoned());
  }

  /** Returns how many ranges were forced. */
  public long forces() {
    return forces;
  }

  /** Returns why the log can't be made durable any more, or null. */
  public @Nullable Throwable failure() {
    return failure;
  }

  private static boolean isSynced(WalSegment segment, long position) {
    return segment.syncedUpTo() >= position;
  }

  @GuardedBy("this")
  private void want(WalSegment segment, long position) {
    boolean isCovered =
        isSynced(segment, position) || (segment == forcing && position <= forcingUpTo);
    if (isCovered || failure != null) {
      return;
    }
    isWanted = true;
    if (!isRunning) {
      isRunning = true;
      scheduler.submit(Lane.SYNC, this::run);
    }
  }

  private void run() {
    while (beginRound()) {
      PoisonedException poison = null;
      List<Pending> over;
      try {
        forceAll();
      } catch (Throwable t) {
        failure = t;
        poison = poisoned();
      }
      synchronized (this) {
        forcing = null;
        over = poison == null ? takeServed() : takeAll();
      }
      gate.open();
      complete(over, poison);
      if (poison != null) {
        failureListener.accept(poison);
      }
    }
  }

  private synchronized boolean beginRound() {
    isRunning = isWanted && failure == null;
    isWanted = false;
    return isRunning;
  }

  private void forceAll() {
    for (WalSegment segment : segments()) {
      long from;
      long to;
      boolean isFinal;
      synchronized (this) {
        if (!unsynced.contains(segment)) {
          continue;
        }
        // Sealed is read first: the position of a segment that is sealed then is final.
        isFinal = segment.isSealed();
        from = segment.syncedUpTo();
        to = segment.position();
        forcing = segment;
        forcingUpTo = to;
      }
      if (to > from) {
        segment.force(from, to);
        forces = forces + 1;
      }
      synchronized (this) {
        if (to > from && segment.syncedUpTo() < to) {
          segment.markSynced(to);
        }
        if (isFinal) {
          unsynced.remove(segment);
        }
        forcing = null;
      }
      gate.open();
    }
  }

  private synchronized WalSegment[] segments() {
    return unsynced.toArray(WalSegment[]::new);
  }

  @GuardedBy("this")
  private List<Pending> takeServed() {
    if (pending.isEmpty()) {
      return List.of();
    }
    List<Pending> served = new ArrayList<>();
    pending.removeIf(p -> isSynced(p.segment(), p.position()) && served.add(p));
    return served;
  }

  @GuardedBy("this")
  private List<Pending> takeAll() {
    List<Pending> all = List.copyOf(pending);
    pending.clear();
    return all;
  }

  private void complete(List<Pending> over, @Nullable PoisonedException poison) {
    for (Pending p : over) {
      try {
        p.completion().done(isSynced(p.segment(), p.position()) ? null : poison);
      } catch (Throwable t) {
        // One caller's mistake must neither keep the others waiting nor pass unseen.
        failureListener.accept(t);
      }
    }
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
