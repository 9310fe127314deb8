package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** The database, keyspace, snapshot or cursor was closed before the call. */
public final class ClosedException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   */
  public ClosedException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public ClosedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
