package org.anvildb.engine;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The lock under which writes are ordered. Its holder reads and writes mapped files: where a page
 * of one is gone, the JVM may tell so late, with an {@link InternalError} in the midst of the
 * unlocking. The lock is given back all the same; else everybody would wait for ever.
 *
 * <p>No holder takes it a second time.
 */
final class CommitLock extends ReentrantLock {
  private static final long serialVersionUID = 1L;

  @Override
  public void unlock() {
    try {
      super.unlock();
    } catch (InternalError e) {
      // It comes once: nothing was read since.
      if (isHeldByCurrentThread()) {
        super.unlock();
      }
      throw e;
    }
  }
}
