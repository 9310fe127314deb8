package org.anvildb.storage;

import java.util.zip.CRC32C;
import org.anvildb.api.StorageException;

/**
 * Copies whole files between storages, through the heap, so that no mapping is needed and a file
 * that is cut short meanwhile shows as an exception. No state.
 */
public final class FileCopy {
  private static final int SLICE_BYTES = 1 << 20;

  private FileCopy() {}

  /**
   * Copies a file that does not change meanwhile. The bytes of the copy are durable when this
   * returns, its name after {@link Storage#syncDirectory()}. A copy that fails is deleted as far as
   * that is possible.
   *
   * @param from where it is
   * @param name its name there
   * @param to where it goes
   * @param copyName a name that is not taken there
   * @return the CRC32C of the bytes that were copied
   */
  public static int copy(Storage from, String name, Storage to, String copyName) {
    long size = from.size(name);
    boolean done = false;
    AppendFile copy = to.create(copyName);
    try (copy) {
      CRC32C crc = new CRC32C();
      for (long at = 0; at < size; ) {
        byte[] slice = slice(from, name, at, size);
        crc.update(slice, 0, slice.length);
        copy.append(slice, 0, slice.length);
        at += slice.length;
      }
      copy.sync();
      done = true;
      return (int) crc.getValue();
    } finally {
      if (!done) {
        deleteFailed(to, copyName);
      }
    }
  }

  /**
   * Reads a file.
   *
   * @param storage where it is
   * @param name its name
   * @return the CRC32C of its bytes
   */
  public static int checksum(Storage storage, String name) {
    long size = storage.size(name);
    CRC32C crc = new CRC32C();
    for (long at = 0; at < size; ) {
      byte[] slice = slice(storage, name, at, size);
      crc.update(slice, 0, slice.length);
      at += slice.length;
    }
    return (int) crc.getValue();
  }

  private static byte[] slice(Storage storage, String name, long at, long size) {
    byte[] slice = storage.read(name, at, (int) Math.min(SLICE_BYTES, size - at));
    if (slice.length == 0) {
      throw new StorageException(
          storage.location() + "/" + name + ": ends at " + at + " of " + size + " bytes", null);
    }
    return slice;
  }

  /** The first failure is the one to tell; what is left is an orphan with a name of ours. */
  private static void deleteFailed(Storage storage, String name) {
    try {
      storage.delete(name);
    } catch (StorageException e) {
      // Left for whoever empties the directory.
    }
  }
}
