package org.anvildb.wal;

import org.anvildb.schedule.Gate;

/**
 * A thread that waits for a force, and what it is told to do: wait on, gather others, lead, or go.
 *
 * <p>Each has a gate of its own, so that a force wakes those alone whom it serves, and one leader.
 * A waiter is only made by a thread that can't lead at once; a single writer never makes any.
 *
 * <p>The role changes under the lock of {@link GroupCommit}; the methods that wait or wake are
 * called without it.
 */
final class SyncWaiter {
  /** What the thread does next. */
  enum Role {
    /** Waits until it is told. */
    FOLLOW,
    /** Waits until the group is complete, but for a bounded time: then it leads. */
    GATHER,
    /** Forces for all. */
    LEAD,
    /** Is on its way: its bytes are on disk, or never will be. */
    GO
  }

  private final WalSegment segment;
  private final long position;
  private final boolean mayLead;
  private final Gate gate;
  private final Thread thread = Thread.currentThread();
  private volatile Role role = Role.FOLLOW;

  /**
   * Makes a waiter that follows.
   *
   * @param mayLead whether its thread may block in a force
   * @param gate where it waits
   */
  SyncWaiter(WalSegment segment, long position, boolean mayLead, Gate gate) {
    this.segment = segment;
    this.position = position;
    this.mayLead = mayLead;
    this.gate = gate;
  }

  boolean isSynced() {
    return segment.syncedUpTo() >= position;
  }

  /** Returns the thread that waits: the one that made this. */
  Thread thread() {
    return thread;
  }

  boolean mayLead() {
    return mayLead;
  }

  Role role() {
    return role;
  }

  void setRole(Role next) {
    role = next;
  }

  /** Waits while the role is this one. */
  void awaitChangeOf(Role present) {
    gate.await(() -> role != present);
  }

  /** Waits while the role is to gather, for a bounded time, or until an interrupt. */
  void gather(long nanos) throws InterruptedException {
    gate.await(() -> role != Role.GATHER, nanos);
  }

  /** Lets the thread look at its role. */
  void wake() {
    gate.open();
  }
}
