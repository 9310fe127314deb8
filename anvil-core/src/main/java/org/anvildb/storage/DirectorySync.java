package org.anvildb.storage;

import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;

/** The sync of a directory for files that nothing names yet, tables and log segments. */
public final class DirectorySync {
  private DirectorySync() {}

  /**
   * Makes the names of new files durable.
   *
   * @param storage where they are
   * @throws StorageException if that fails, never a {@link DiskFullException}: of a directory whose
   *     sync failed nobody knows what is on disk, and a second sync would call it a success, so
   *     this must not be taken for what passes
   */
  public static void run(Storage storage) {
    try {
      storage.syncDirectory();
    } catch (DiskFullException e) {
      throw new StorageException("syncing a directory failed: " + e.getMessage(), e);
    }
  }
}
