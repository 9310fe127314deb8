package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** The process has no file descriptor left. */
public final class TooManyOpenFilesException extends StorageException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public TooManyOpenFilesException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
