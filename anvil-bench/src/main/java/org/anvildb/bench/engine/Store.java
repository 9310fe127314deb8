package org.anvildb.bench.engine;

/** An open store of one engine. Thread-safe; a thread works with it through its own session. */
public interface Store extends AutoCloseable {
  /** Opens the calling thread's way to the store. */
  Session session();

  /**
   * Waits until the engine has nothing left to do: what is in memory is handed to the background
   * work, and the background work is idle.
   */
  void settle();

  /**
   * Rewrites the store into its best form.
   *
   * @throws UnsupportedOperationException if the engine has no such thing while it is open
   */
  void compact();

  @Override
  void close();
}
