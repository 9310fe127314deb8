package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** The path holds no database, and none may be created there. */
public final class NotADatabaseException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   */
  public NotADatabaseException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public NotADatabaseException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
