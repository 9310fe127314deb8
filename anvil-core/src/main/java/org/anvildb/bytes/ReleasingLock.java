package org.anvildb.bytes;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock that is given back even where the JVM throws in the midst of the locking or unlocking.
 *
 * <p>Threads of this engine and of its users read mapped files. Where a page of one is gone,
 * compiled code tells so late: with an {@link InternalError} at some call that follows, which may
 * be one to this lock. To be used as
 *
 * <pre>{@code
 * try {
 *   lock.lock();
 *   ...
 * } finally {
 *   lock.unlock();
 * }
 * }</pre>
 *
 * as an error that comes when {@link #lock} returns would leave the lock held, were that call not
 * in the block. What remains are a few instructions of the JDK's own, where they are interpreted.
 *
 * <p>No holder takes it a second time: where that fails, the first hold would end.
 */
public final class ReleasingLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  /** Makes a lock that nobody holds. */
  public ReleasingLock() {}

  /** Gives the lock back if this thread holds it. */
  @Override
  public void unlock() {
    try {
      if (isHeldByCurrentThread()) {
        super.unlock();
      }
    } catch (InternalError e) {
      // It comes once: nothing was read since. Before the lock was free, or before it was passed
      // on to who waits for it.
      if (!isHeldByCurrentThread()) {
        super.lock();
      }
      super.unlock();
      throw e;
    }
  }
}
