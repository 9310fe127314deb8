package org.anvildb.api;

/**
 * A view of one moment over all keyspaces; the methods of the snapshot itself read the default one.
 *
 * <p>Thread-safe. Close it: as long as it is open, compactions keep the values that it can see.
 */
public interface Snapshot extends Readable, AutoCloseable {
  /**
   * Returns the view of one keyspace.
   *
   * @param keyspace a keyspace of the same database
   * @return its entries at the moment of the snapshot; empty if the keyspace was created later
   * @throws ClosedException if the keyspace was dropped, be it after the snapshot
   * @throws IllegalArgumentException if it belongs to another database
   */
  Readable in(Keyspace keyspace);

  /**
   * Returns the sequence number of the newest write that the snapshot sees.
   *
   * @return the number of batches written before it
   */
  long sequence();

  /** Releases what the snapshot keeps alive. A second close does nothing. */
  @Override
  void close();
}
