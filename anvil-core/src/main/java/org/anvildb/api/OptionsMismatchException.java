package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** An option contradicts what is stored in the database. */
public final class OptionsMismatchException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   */
  public OptionsMismatchException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public OptionsMismatchException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
