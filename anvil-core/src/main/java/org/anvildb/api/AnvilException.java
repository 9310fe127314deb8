package org.anvildb.api;

import org.jspecify.annotations.Nullable;

/**
 * The root of all exceptions of AnvilDB other than those for wrong arguments ({@link
 * NullPointerException}, {@link IllegalArgumentException}, {@link IllegalStateException}).
 * Unchecked and coarse: each subclass stands for one thing that a caller can do about it.
 */
public abstract sealed class AnvilException extends RuntimeException
    permits ClosedException,
        CorruptionException,
        FormatException,
        InterruptedOperationException,
        LockedException,
        NotADatabaseException,
        OptionsMismatchException,
        PoisonedException,
        ReadOnlyException,
        StorageException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes the exception.
   *
   * @param message what happened, where, why, and what to do
   * @param cause what led to it, or null
   */
  protected AnvilException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
