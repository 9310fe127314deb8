package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** The file system failed, or refused. The message names the path and the system's own reason. */
public sealed class StorageException extends AnvilException
    permits DiskFullException, TooManyOpenFilesException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public StorageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
