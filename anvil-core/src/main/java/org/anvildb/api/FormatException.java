package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** The files were written by a format that this version can't read. Nothing was changed. */
public final class FormatException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   */
  public FormatException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public FormatException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
