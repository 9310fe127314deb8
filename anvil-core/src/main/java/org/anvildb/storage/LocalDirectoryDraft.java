package org.anvildb.storage;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.StorageException;

/**
 * A draft beside its target, on the same file system: {@code name.incomplete}, renamed to {@code
 * name}. Not thread-safe.
 *
 * <p>The lock of the directory keeps a second draft of the same name away, in this process and in
 * others; it is held until the directory has its name. So what is found under the temporary name
 * without a holder is what a crash left.
 */
final class LocalDirectoryDraft implements DirectoryDraft {
  private static final String SUFFIX = ".incomplete";

  private final Path draft;
  private final Path target;
  private final LocalStorage storage;
  private final DirectoryLock lock;
  private boolean published;
  private boolean closed;

  private LocalDirectoryDraft(Path draft, Path target, LocalStorage storage, DirectoryLock lock) {
    this.draft = draft;
    this.target = target;
    this.storage = storage;
    this.lock = lock;
  }

  static LocalDirectoryDraft begin(Path directory) {
    Path target = directory.toAbsolutePath().normalize();
    Path name = target.getFileName();
    Path parent = target.getParent();
    if (name == null || parent == null) {
      throw new StorageException(target + ": cannot create directory: it has no parent", null);
    }
    refuseFilled(target);
    Path draft = parent.resolve(name + SUFFIX);
    try {
      Files.createDirectory(draft, LocalStorage.ownerOnly("rwx------"));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(draft, LinkOption.NOFOLLOW_LINKS)) {
        throw SystemFailure.translate(draft, "create directory", e);
      }
    } catch (IOException e) {
      throw SystemFailure.translate(draft, "create directory", e);
    }
    LocalStorage storage = LocalStorage.open(draft, false, false);
    DirectoryLock lock = storage.lock(Duration.ZERO);
    boolean done = false;
    try {
      lock.ensureValid();
      empty(storage);
      done = true;
      return new LocalDirectoryDraft(draft, target, storage, lock);
    } finally {
      if (!done) {
        lock.close();
      }
    }
  }

  /** Refuses a target that is there and not an empty directory. */
  private static void refuseFilled(Path target) {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    if (!Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new NotADatabaseException(
          target + ": is not a directory; name a directory that does not exist, or is empty");
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(target)) {
      if (entries.iterator().hasNext()) {
        throw new NotADatabaseException(
            target + ": is not empty; name a directory that does not exist, or is empty");
      }
    } catch (IOException e) {
      throw SystemFailure.translate(target, "list", e);
    }
  }

  private static void empty(LocalStorage storage) {
    for (String name : storage.list()) {
      if (!name.equals(FileNames.LOCK)) {
        storage.delete(name);
      }
    }
  }

  @Override
  public Storage storage() {
    return storage;
  }

  @Override
  public void publish() {
    storage.syncDirectory();
    lock.ensureValid();
    try {
      // An empty directory in its place is replaced by POSIX systems, but not by others.
      if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
        Files.delete(target);
      }
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
      published = true;
      Path parent = target.getParent();
      if (parent != null) {
        LocalStorage.forceDirectory(parent);
      }
    } catch (IOException e) {
      throw SystemFailure.translate(draft, "rename to " + target, e);
    }
    close();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try (lock) {
      if (!published) {
        empty(storage);
        deleteEmpty();
      }
    }
  }

  /** Deletes the directory while the lock is held, so that it is nobody else's by then. */
  private void deleteEmpty() {
    try {
      Files.deleteIfExists(draft.resolve(FileNames.LOCK));
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      // The next draft of this name takes the directory over.
    }
  }
}
