package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** Background work did not catch up within the time allowed. */
public final class StallTimeoutException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   */
  public StallTimeoutException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public StallTimeoutException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
