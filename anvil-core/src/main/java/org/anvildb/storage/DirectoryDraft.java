package org.anvildb.storage;

/**
 * A directory that is filled under a temporary name, and takes its own in one step. Not
 * thread-safe.
 *
 * <p>A crash leaves no directory of its name, or the whole one. What a crash leaves under the
 * temporary name is taken over, and emptied, by the next draft of the same name.
 */
public interface DirectoryDraft extends AutoCloseable {
  /**
   * Returns the directory, empty at the beginning.
   *
   * @return a storage that takes a database's files until the draft is published or closed; it need
   *     not be closed
   */
  Storage storage();

  /**
   * Gives the directory its name. The bytes of its files must be durable by now; their names, and
   * that of the directory, are when this returns.
   *
   * @throws org.anvildb.api.StorageException if the disk fails; if that was after the directory got
   *     its name, the message says that it may be there
   */
  void publish();

  /** Deletes what was not published. A second close does nothing. */
  @Override
  void close();
}
