package org.anvildb.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One flat directory of files: all access of the engine to the outside goes through this SPI.
 *
 * <p>Names are plain file names of the engine's own making (letters, digits, dot, hyphen);
 * implementations refuse anything else. All methods are safe for any number of threads, though the
 * engine never uses one file's writer from two threads at a time. Failures are unchecked: {@link
 * org.anvildb.api.StorageException} with the path and the system's reason, {@link
 * org.anvildb.api.DiskFullException}, {@link org.anvildb.api.TooManyOpenFilesException}. An
 * interrupt of the calling thread must neither disturb an operation nor be lost.
 *
 * <p>What a crash leaves: bytes of a file are durable after its {@code sync} or {@code force}; a
 * file's name (its creation, renaming or removal) only after {@link #syncDirectory()}.
 */
public interface Storage extends AutoCloseable {
  /**
   * Returns where this is, for messages.
   *
   * @return a path, or a made-up name
   */
  String location();

  /**
   * Takes the directory's lock, which excludes every other holder in this process and in others.
   *
   * @param timeout how long to wait for another process; zero means not at all
   * @return the lock; closing it lets go
   * @throws org.anvildb.api.LockedException if another one holds it
   */
  DirectoryLock lock(Duration timeout);

  /**
   * Lists the files.
   *
   * @return the names, foreign ones among them, sorted; folders are left out
   */
  List<String> list();

  /**
   * Tells whether a file exists.
   *
   * @param name its name
   * @return whether it does
   */
  boolean exists(String name);

  /**
   * Returns the length of a file.
   *
   * @param name its name; it is an error if there is none
   * @return bytes
   */
  long size(String name);

  /**
   * Creates an empty file to append to.
   *
   * @param name a name that is not taken
   * @return its writer
   */
  AppendFile create(String name);

  /**
   * Creates a file of a fixed size, filled with zeros that really take space on the disk, and maps
   * it for reading and writing. Size and zeros are durable on return, so that a later force of a
   * range settles that range; the name is durable after {@link #syncDirectory()}, and a crash
   * within this call may leave a shorter file.
   *
   * @param name a name that is not taken
   * @param bytes the size
   * @return the mapping
   */
  MappedFile createMapped(String name, long bytes);

  /**
   * As {@link #createMapped}, for a file of which large ranges are forced, seldom: the blocks may
   * be set aside without being written, where the system can do that. Creating it is then cheap,
   * and the first force of a range dearer, as it also notes that the blocks are in use.
   *
   * @param name a name that is not taken
   * @param bytes the size
   * @return the mapping
   */
  default MappedFile reserveMapped(String name, long bytes) {
    return createMapped(name, bytes);
  }

  /**
   * Maps a whole file for reading and writing.
   *
   * @param name its name
   * @return the mapping
   */
  MappedFile mapWritable(String name);

  /**
   * Maps a whole file for reading.
   *
   * @param name its name; the file is no longer appended to
   * @return the mapping; its memory is read-only
   */
  MappedFile map(String name);

  /**
   * Reads a range of a file.
   *
   * @param name its name
   * @param offset the first byte
   * @param length how many; fewer are returned where the file ends before
   * @return the bytes
   */
  byte[] read(String name, long offset, int length);

  /**
   * Renames a file, replacing what had the new name, in one atomic step.
   *
   * @param from the old name
   * @param to the new name
   */
  void rename(String from, String to);

  /**
   * Deletes a file.
   *
   * @param name its name; it is an error if there is none
   */
  void delete(String name);

  /**
   * Gives a file that never changes again a second name, the same one, in another directory. Where
   * the file system can, both names stand for one file, and no byte is copied; elsewhere the other
   * directory gets a copy whose bytes are durable on return. The name is durable after {@link
   * #syncDirectory()} of that directory.
   *
   * @param name its name; its bytes are durable
   * @param target the directory where that name is not taken
   */
  default void link(String name, Storage target) {
    FileCopy.copy(this, FileNames.checkData(name), target, name);
  }

  /**
   * Begins a directory that becomes visible as a whole: see {@link DirectoryDraft}.
   *
   * @param target where it will be: nothing, or an empty directory; the parent exists
   * @return the draft; close it
   * @throws org.anvildb.api.NotADatabaseException if the target holds files, or a directory of the
   *     temporary name such as no draft leaves
   * @throws org.anvildb.api.LockedException if another one is making the same directory
   */
  default DirectoryDraft draft(Path target) {
    throw new UnsupportedOperationException(location() + " makes no other directories");
  }

  /**
   * Makes all creations, renamings and removals so far durable.
   *
   * @throws org.anvildb.api.StorageException if that fails, and from then on at every call: after a
   *     failed sync the system may have dropped what was to be written, of anybody's names, and
   *     would call the next one a success
   */
  void syncDirectory();

  /**
   * Returns the room that is left.
   *
   * @return bytes
   */
  long freeBytes();

  /**
   * Lets go of what the implementation itself holds; files and locks are closed by their owners.
   */
  @Override
  void close();
}
