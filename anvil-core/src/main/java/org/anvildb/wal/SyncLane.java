package org.anvildb.wal;

import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Lane#SYNC} is asked for: to lead a round for those who can't lead themselves, once
 * nobody else does.
 *
 * <p>Where the lane takes no work, as when the system starts no more threads, nobody may ever force
 * what is wanted. That is remembered as a refusal until those who wait were told.
 *
 * <p>Not thread-safe: belongs to the lock of {@link GroupCommit}.
 */
final class SyncLane {
  private final Scheduler scheduler;
  private final Runnable work;

  /** Whether somebody who can't lead asked for what no running or past force covers. */
  private boolean isWanted;

  /** Whether the lane will look at {@link #isWanted}. */
  private boolean isSubmitted;

  private @Nullable Throwable refusal;

  /**
   * Makes a lane that nobody wants anything of.
   *
   * @param work looks whether a round is wanted, after {@link #begin}, and leads it
   */
  SyncLane(Scheduler scheduler, Runnable work) {
    this.scheduler = scheduler;
    this.work = work;
  }

  void want() {
    isWanted = true;
  }

  boolean isWanted() {
    return isWanted;
  }

  /** Notes that a round begins, which covers all that was wanted so far. */
  void cover() {
    isWanted = false;
  }

  /** Notes that the lane's work runs: what is wanted from now on needs another submission. */
  void begin() {
    isSubmitted = false;
  }

  /** Wakes the lane, unless it was woken; returns why it takes no work, null if it does. */
  @Nullable Throwable submit() {
    if (isSubmitted) {
      return null;
    }
    try {
      scheduler.submit(Lane.SYNC, work);
      isSubmitted = true;
      return null;
    } catch (RuntimeException | Error e) {
      return e;
    }
  }

  /** Remembers that the lane took no work, as long as those who wait were not told. */
  void refuse(Throwable cause) {
    refusal = cause;
  }

  boolean isRefused() {
    return refusal != null;
  }

  /** Forgets a refusal, as all who waited are told of it. */
  void endRefusal() {
    refusal = null;
  }
}
