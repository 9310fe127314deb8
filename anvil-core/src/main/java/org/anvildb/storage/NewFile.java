package org.anvildb.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import org.anvildb.api.DiskFullException;
import org.jspecify.annotations.Nullable;

/**
 * The making of a file in a local directory: it belongs to its owner alone, gets its blocks as it
 * is asked, and is gone again if that fails. Stateless.
 */
final class NewFile {
  /** How much {@link #writeZeros} writes at a time: a page. */
  private static final int ZERO_SLICE_BYTES = 4 << 10;

  /** How much is gathered at a time for large slices of zeros. */
  private static final int GATHERED_BYTES = 16 << 10;

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private NewFile() {}

  /** Makes an empty file of a name that is not there. */
  static RandomAccessFile create(Path path) {
    boolean created = false;
    try {
      Files.createFile(path, ownerOnly("rw-------"));
      created = true;
      return new RandomAccessFile(path.toFile(), "rw");
    } catch (IOException e) {
      if (created) {
        deleteFailed(path);
      }
      throw SystemFailure.translate(path, "create", e);
    }
  }

  /** Makes a file that is full of zeros and on the disk, and maps it. */
  static MappedFile filled(Path path, long bytes) {
    RandomAccessFile file = create(path);
    boolean done = false;
    try {
      writeZeros(path, file, bytes);
      MappedFile mapped = LocalMappedFile.open(path, true);
      done = true;
      return mapped;
    } finally {
      if (!done) {
        deleteFailed(path);
      }
    }
  }

  /**
   * Makes a file whose blocks are set aside, and whose zeros the page cache has in large slices:
   * see {@link LocalStorage#reserveMapped}. Returns null, and leaves no file, if the blocks can't
   * be set aside.
   */
  static @Nullable MappedFile reserved(Path path, long bytes) {
    // Before the try, whose end deletes the file: one that had the name before is not ours.
    RandomAccessFile created = create(path);
    MappedFile mapped = null;
    boolean done = false;
    try (RandomAccessFile file = created;
        SliceWriter slices = new SliceWriter(path)) {
      mapped = LocalMappedFile.extend(path, bytes);
      file.getFD().sync();
      byte[] zeros = new byte[GATHERED_BYTES];
      for (long at = 0; at < bytes; at += zeros.length) {
        slices.append(zeros, 0, (int) Math.min(zeros.length, bytes - at));
      }
      slices.flush();
      done = true;
    } catch (IOException e) {
      // Of a close that failed, too.
      done = false;
      String action = "create a file of " + bytes + " bytes";
      if (SystemFailure.translate(path, action, bytes, e) instanceof DiskFullException full) {
        throw full;
      }
    } finally {
      if (!done) {
        if (mapped != null) {
          mapped.close();
        }
        deleteFailed(path);
      }
    }
    return done ? mapped : null;
  }

  /**
   * Fills and closes a new file. The sync makes sure that the room is really there, on file systems
   * that allocate late, too; and every later force of a range finds the file's size and blocks
   * settled. Seen (one file of 1 MiB a round, two rounds, ext4): 1.4 and 2.0 ms with it, 0.6 ms
   * without; the median force afterwards is the same, 120-130 us.
   *
   * <p>Page by page: written in larger slices, the page cache holds the file in larger folios, and
   * then a force of one record writes all of one. Seen: 270 to 430 us a force after slices of 1
   * MiB, 120 to 180 us after slices of 4 to 64 KiB. 5,000 synced puts in turns, 9 runs each: 4,379
   * to 8,826 a second (median 6,263) after slices of 16 KiB, 5,890 to 8,494 (median 7,825) after
   * those of 4 KiB.
   */
  static void writeZeros(Path path, RandomAccessFile file, long bytes) {
    byte[] zeros = new byte[(int) Math.min(bytes, ZERO_SLICE_BYTES)];
    try (file) {
      for (long at = 0; at < bytes; at += zeros.length) {
        file.write(zeros, 0, (int) Math.min(zeros.length, bytes - at));
      }
      file.getFD().sync();
    } catch (IOException e) {
      throw SystemFailure.translate(path, "create a file of " + bytes + " bytes", bytes, e);
    }
  }

  /** Returns the attribute that makes a new file its owner's alone, where there is such a thing. */
  static FileAttribute<?>[] ownerOnly(String permissions) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }

  /**
   * Removes what is left of a file that could not be made; the first failure is the one to tell.
   */
  private static void deleteFailed(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // An orphan with a name of ours, which the next recovery deletes.
    }
  }
}
