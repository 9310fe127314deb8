package org.anvildb.storage;

/** The right to use a directory, held until it is closed. */
public interface DirectoryLock extends AutoCloseable {
  /**
   * Checks that the lock is still held: the lock file is the same one, and the system still knows
   * the lock.
   *
   * @throws org.anvildb.api.StorageException if it was lost
   */
  void ensureValid();

  /** Lets go of the directory. A second close does nothing. */
  @Override
  void close();
}
