package org.anvildb.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.anvildb.api.StorageException;

/** What is done to directories of the local file system, and to names in them. Stateless. */
final class LocalDirectories {
  static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

  /** How often a renaming is tried on Windows, where a virus scanner may hold the file. */
  private static final int RENAME_TRIES = 10;

  private static final long RENAME_PAUSE_NANOS = 10_000_000;

  private LocalDirectories() {}

  /** Tells whether there is nothing of a name; not sure of it, it throws. */
  static boolean isAbsent(Path path) throws IOException {
    try {
      Files.readAttributes(path, BasicFileAttributes.class);
      return false;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /** Makes a directory in one that exists; its name is durable after {@link #forceParent}. */
  static void create(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && isAbsent(parent)) {
      throw new StorageException(
          path
              + ": cannot create directory: "
              + parent
              + " does not exist; create it first, or check the path",
          null);
    }
    Files.createDirectory(path, NewFile.ownerOnly("rwx------"));
  }

  /** Makes the name of a directory durable. */
  static void forceParent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null) {
      try {
        force(parent);
      } catch (AccessDeniedException e) {
        // A parent that may be entered but not read can't be synced by anyone but its owner.
      }
    }
  }

  /** Returns what a directory holds, in no order. */
  static List<Path> entries(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    } catch (IOException e) {
      throw SystemFailure.translate(directory, "list", e);
    } catch (UncheckedIOException e) {
      throw SystemFailure.translate(directory, "list", Objects.requireNonNull(e.getCause()));
    }
  }

  /** Renames a file or a directory in one step. */
  static void move(Path source, Path target) throws IOException {
    move(source, target, WINDOWS ? RENAME_TRIES : 1);
  }

  /** As {@link #move(Path, Path)}, so many times at most. */
  static void move(Path source, Path target, int tries) throws IOException {
    int left = tries;
    while (true) {
      try {
        Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (IOException e) {
        if (--left == 0) {
          throw e;
        }
        LockSupport.parkNanos(RENAME_PAUSE_NANOS);
      }
    }
  }

  /**
   * Syncs a directory. An asynchronous channel, as no interrupt closes it: with a FileChannel the
   * ClosedByInterruptException would hide a failed sync, and the next try would call it a success.
   * Windows has no such call, and its file system keeps the order of such changes itself.
   */
  static void force(Path path) throws IOException {
    if (WINDOWS) {
      return;
    }
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
