package org.anvildb.engine;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A resource that lives as long as somebody counts on it. Born with a count of one; at zero it is
 * disposed of, once and for ever. Thread-safe.
 */
abstract class Counted {
  private final AtomicInteger count = new AtomicInteger(1);

  /** Counts one more user, unless the resource is already gone; tells whether it did. */
  final boolean tryRetain() {
    int seen = count.get();
    while (seen > 0) {
      if (count.compareAndSet(seen, seen + 1)) {
        return true;
      }
      seen = count.get();
    }
    return false;
  }

  /** Counts one more user of a resource that the caller knows to be alive. */
  final void retain() {
    if (!tryRetain()) {
      throw new IllegalStateException("retained after its last release: " + this);
    }
  }

  /** Counts one user less. */
  final void release() {
    int left = count.decrementAndGet();
    if (left == 0) {
      dispose();
    } else if (left < 0) {
      throw new IllegalStateException("released more often than retained: " + this);
    }
  }

  /** Frees the resource. Runs on the thread of the last user: must be quick and must not throw. */
  abstract void dispose();
}
