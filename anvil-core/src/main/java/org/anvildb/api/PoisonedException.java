package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/**
 * An earlier write, sync or background job failed, or a read for which the disk reported an error:
 * writes are refused. Reads go on; close and reopen to recover.
 */
public final class PoisonedException extends AnvilException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   */
  public PoisonedException(String message) {
    this(message, null);
  }

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  public PoisonedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
