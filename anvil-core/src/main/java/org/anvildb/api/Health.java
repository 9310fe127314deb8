package org.anvildb.api;

/** Whether a database accepts writes. */
public sealed interface Health {
  /** All is well. */
  record Healthy() implements Health {}

  /** The database was opened read-only. */
  record ReadOnly() implements Health {}

  /**
   * A write, sync or background job failed, or a read for which the disk reported an error; writes
   * are refused, reads go on, reopening recovers.
   *
   * @param cause the first failure
   */
  record Poisoned(Throwable cause) implements Health {}

  /**
   * The disk was full when a memtable was to be written into a table, or tables were to be merged.
   * Nothing is lost, reads go on, writes fail with a {@link DiskFullException} and change nothing,
   * until {@link Database#resume()}, or an attempt that the database makes by itself, finds room.
   *
   * @param cause the failure, with the path, the bytes needed, and those that were free
   */
  record DiskFull(DiskFullException cause) implements Health {}

  /** The database was closed. */
  record Closed() implements Health {}
}
