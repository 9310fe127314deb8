package org.anvildb.api;

/** Whether a database accepts writes. */
public sealed interface Health {
  /** All is well. */
  record Healthy() implements Health {}

  /** The database was opened read-only. */
  record ReadOnly() implements Health {}

  /**
   * A write, sync or background job failed; writes are refused, reads go on, reopening recovers.
   *
   * @param cause the first failure
   */
  record Poisoned(Throwable cause) implements Health {}

  /** The database was closed. */
  record Closed() implements Health {}
}
