package org.anvildb.engine;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * What an open cursor or snapshot keeps from being freed, known apart from the cursor or snapshot
 * itself: so it can be freed when its user has dropped that without closing it.
 *
 * <p>It must hold neither its owner nor the engine, or neither would ever be collected. The fields
 * that change belong to {@link Pins}.
 */
abstract class Pin extends WeakReference<Object> {
  /** Where the owner was created; null where that was not recorded. */
  final StackWalker.@Nullable StackFrame site;

  /** The index among the slots of {@link Pins}; negative if it is not in one. */
  int slot = -1;

  /** When it was first seen to keep anything that would be gone without it. */
  long sinceNanos;

  boolean isHeld;
  boolean isTold;

  Pin(Object owner, StackWalker.@Nullable StackFrame site) {
    super(owner);
    this.site = site;
  }

  /** Frees what is pinned; called once. Must be quick and must not throw. */
  abstract void free();

  /** Tells whether it keeps anything that would be gone without it. */
  abstract boolean isHolding();

  /** What the owner is: a word for messages. */
  abstract String kind();

  /** Says what it keeps, as the end of a sentence. */
  abstract String held();

  /** Where its owner was created, for messages. */
  final String place() {
    return CreationSite.describe(site);
  }
}
