package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/**
 * There is no room left on the disk. The message names the path, the bytes needed and those that
 * are free, as far as the system tells. Nothing of the failed write is visible; make room, then try
 * again, or call {@link Database#resume()}.
 */
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
