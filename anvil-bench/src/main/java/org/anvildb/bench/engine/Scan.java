package org.anvildb.bench.engine;

import org.anvildb.bench.data.Sink;

/** A position in a store that moves in one direction. Not thread-safe. */
public interface Scan extends AutoCloseable {
  /** Goes to the end from which the direction leads. */
  void rewind();

  /** Goes to the first key that is equal to or greater than a key; for forward scans. */
  void seek(byte[] key);

  /**
   * Reads entries, starting with the one that {@link #rewind} or {@link #seek} found.
   *
   * @param limit how many entries at most
   * @param sink takes in each key and value
   * @return how many there were; less than the limit at the end
   */
  int advance(int limit, Sink sink);

  @Override
  void close();
}
