package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** The database was opened read-only, or its directory can't be written. */
public final class ReadOnlyException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   */
  public ReadOnlyException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public ReadOnlyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
