package org.anvildb.bench.engine;

import org.anvildb.bench.data.Sink;
import org.jspecify.annotations.Nullable;

/**
 * One thread's way to a store; it holds the buffers and transactions that the engine wants reused.
 *
 * <p>Keys and values that are passed in belong to the caller, who writes others into the same
 * arrays at once: an adapter copies them if its engine keeps them. Not thread-safe.
 */
public interface Session extends AutoCloseable {
  /** Sets the value of a key, as durable as the store was opened for. */
  void put(byte[] key, byte[] value);

  /** Sets many keys in one atomic step, or in the nearest thing that the engine has. */
  void putBatch(byte[][] keys, byte[][] values);

  /** Removes a key. */
  void delete(byte[] key);

  /**
   * Reads a value into the heap and folds it into a sink.
   *
   * @return whether the key is there
   */
  boolean get(byte[] key, Sink sink);

  /** Looks for the first key of the store as it is now. */
  byte @Nullable [] firstKey();

  /**
   * Opens a scan that sees the store as it is now.
   *
   * @param form in which direction it goes, and what becomes of the bytes
   * @return a scan, to be closed before the next one is opened; the last one is closed with the
   *     session
   */
  Scan scan(ScanForm form);

  @Override
  void close();
}
