package org.anvildb.storage;

import org.jspecify.annotations.Nullable;

/**
 * The closing of several things, all of which are closed though one of them fails. Not thread-safe.
 *
 * <p>A file or a mapping whose closing fails is closed all the same; what would leak are those that
 * come after it.
 */
public final class Closer {
  private @Nullable Throwable first;

  /** Makes a closer that has met no failure. */
  public Closer() {}

  /**
   * Makes a closer for what has to be cleaned up after a failure.
   *
   * @param reason the failure, to which those of the closing are added; it is for the caller to
   *     throw
   */
  public Closer(Throwable reason) {
    first = reason;
  }

  /**
   * Closes one of the things; a failure waits until {@link #finish()}.
   *
   * @param close what closes it
   */
  public void close(Runnable close) {
    try {
      close.run();
    } catch (RuntimeException | Error e) {
      if (first == null) {
        first = e;
      } else if (first != e) {
        first.addSuppressed(e);
      }
    }
  }

  /** Throws the first failure, if there was any, with the others suppressed. */
  public void finish() {
    switch (first) {
      case null -> {}
      case Error e -> throw e;
      case Throwable e -> throw (RuntimeException) e;
    }
  }
}
