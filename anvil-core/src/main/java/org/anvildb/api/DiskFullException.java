package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/** There is no room left on the disk. Nothing of the failed write is visible. */
public final class DiskFullException extends StorageException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public DiskFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
