package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** The directory is in use by another open database, in this process or another. */
public final class LockedException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   */
  public LockedException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public LockedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
