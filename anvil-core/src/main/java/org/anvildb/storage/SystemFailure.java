package org.anvildb.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;
import org.anvildb.api.TooManyOpenFilesException;

/** Turns a failure of the operating system into the typed exception that a caller can act on. */
final class SystemFailure {
  private SystemFailure() {}

  /**
   * Loads the classes of all failures: where they lie in a folder, loading them takes a file
   * descriptor, and when they are needed there may be none.
   */
  static void load() {
    Path nowhere = Path.of("nowhere");
    translate(nowhere, "", new IOException("No space left on device"));
    translate(nowhere, "", new IOException("Too many open files"));
  }

  /** Translates the failure of an operation that takes no room. */
  static StorageException translate(Path path, String action, IOException e) {
    return translate(path, action, 0, e);
  }

  /**
   * Translates a failure.
   *
   * @param action what was tried, as in "cannot ..."
   * @param neededBytes the room that the operation takes; 0 if it takes none
   */
  static StorageException translate(Path path, String action, long neededBytes, IOException e) {
    String reason = reason(e);
    String message = path + ": cannot " + action + ": " + reason;
    if (reason.contains("Too many open files")) {
      return new TooManyOpenFilesException(
          message + "; close other files or raise the limit (ulimit -n)", e);
    }
    long free = freeBytes(path);
    if (saysDiskFull(reason) || (neededBytes > 0 && free < neededBytes)) {
      return new DiskFullException(
          message + " (" + neededBytes + " bytes needed, " + free + " free); make room", e);
    }
    return new StorageException(message, e);
  }

  /** Returns the room beside a file; 0 if the system does not tell. */
  static long freeBytes(Path path) {
    Path directory = path.getParent();
    return (directory == null ? path : directory).toFile().getUsableSpace();
  }

  /**
   * Tells whether the reason is a lack of room. The JDK gives no error number, only the system's
   * words, which may be in the user's language: hence the look at the free room beside this.
   */
  private static boolean saysDiskFull(String reason) {
    return reason.contains("No space left on device")
        || reason.contains("Disk quota exceeded")
        || reason.contains("not enough space on the disk");
  }

  /** Returns the system's own words, without the path that the JDK puts before or around them. */
  private static String reason(IOException e) {
    String message = e.getMessage();
    return switch (e) {
      case FileSystemException f when f.getReason() != null -> f.getReason();
      case NoSuchFileException _ -> "no such file or directory";
      case FileAlreadyExistsException _ -> "it exists";
      case AccessDeniedException _ -> "permission denied";
      case FileNotFoundException _
          when message != null && message.endsWith(")") && message.contains(" (") ->
          message.substring(message.lastIndexOf(" (") + 2, message.length() - 1);
      default -> message == null ? e.toString() : message;
    };
  }
}
