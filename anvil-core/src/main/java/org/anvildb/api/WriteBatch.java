package org.anvildb.api;

/**
 * A list of writes that take effect together.
 *
 * <p>Operations apply in order: of two on the same key the later one wins. Keys and values are
 * copied when they are added. Not thread-safe; made by {@link Database#newBatch()}. A use by two
 * threads at once is an {@link IllegalStateException} for one of them, whose call changed nothing.
 */
public interface WriteBatch {
  /**
   * Adds setting a key of the default keyspace.
   *
   * @param key the key
   * @param value the value
   * @return this batch
   * @throws IllegalArgumentException if the key, the value or the batch would pass its limit; the
   *     batch stays as it was
   */
  WriteBatch put(byte[] key, byte[] value);

  /**
   * Adds setting a key of a keyspace.
   *
   * @param keyspace a keyspace of the database that made the batch
   * @param key the key
   * @param value the value
   * @return this batch
   * @throws ClosedException if the keyspace was dropped
   */
  WriteBatch put(Keyspace keyspace, byte[] key, byte[] value);

  /**
   * Adds removing a key of the default keyspace.
   *
   * @param key the key
   * @return this batch
   */
  WriteBatch delete(byte[] key);

  /**
   * Adds removing a key of a keyspace.
   *
   * @param keyspace a keyspace of the database that made the batch
   * @param key the key
   * @return this batch
   * @throws ClosedException if the keyspace was dropped
   */
  WriteBatch delete(Keyspace keyspace, byte[] key);

  /**
   * Returns the number of operations.
   *
   * @return how many were added since the batch was made or cleared
   */
  int size();

  /**
   * Returns the space that the batch will take in the log.
   *
   * @return bytes
   */
  long bytes();

  /** Empties the batch for reuse; its memory is kept. */
  void clear();
}
