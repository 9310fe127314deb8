package org.anvildb.storage.sim;

/** What a call of a storage, or of one of its files, does. */
public enum OperationKind {
  /** Taking the directory's lock. */
  LOCK(false),
  /** Checking that the lock is still held. */
  CHECK_LOCK(false),
  /** Letting go of the lock. */
  UNLOCK(false),
  /** Listing the files. */
  LIST(false),
  /** Asking whether a file exists. */
  EXISTS(false),
  /** Asking for a file's length. */
  SIZE(false),
  /** Asking for the room that is left. */
  FREE_BYTES(false),
  /** Creating an empty file to append to. */
  CREATE(true),
  /** Creating a mapped file of a fixed size. Its zeros are made durable by a SYNC that follows. */
  CREATE_MAPPED(true),
  /** Mapping a file for reading and writing. */
  MAP_WRITABLE(false),
  /** Mapping a file for reading. */
  MAP(false),
  /** Reading a range of a file. */
  READ(false),
  /** Renaming a file. */
  RENAME(true),
  /** Deleting a file. */
  DELETE(true),
  /** Giving a file a second name in another directory. */
  LINK(true),
  /** Creating a directory under a temporary name. */
  CREATE_DIRECTORY(true),
  /** Making changes of the directory durable. */
  SYNC_DIRECTORY(true),
  /** Appending to a file. */
  APPEND(true),
  /** Making what was appended durable. */
  SYNC(true),
  /** Making a range of a mapped file durable. */
  FORCE(true),
  /** Closing a file or a mapping. */
  CLOSE(false);

  private final boolean changes;

  OperationKind(boolean changes) {
    this.changes = changes;
  }

  /**
   * Tells whether a crash after such an operation can leave another disk than one before it. Where
   * it can't, a test that has crashed before the operation need not crash after it.
   *
   * @return whether it can
   */
  public boolean changes() {
    return changes;
  }
}
