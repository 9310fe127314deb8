package org.anvildb.storage;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.StorageException;

/**
 * A draft beside its target, on the same file system: {@code name.incomplete}, renamed to {@code
 * name}. Not thread-safe.
 *
 * <p>The lock of the directory keeps a second draft of the same name away, in this process and in
 * others; it is held until the directory has its name. So a database's files that are found under
 * the temporary name without a holder are what a crash left. Nothing else is ever deleted.
 */
final class LocalDirectoryDraft implements DirectoryDraft {
  private static final String SUFFIX = ".incomplete";

  /** The names that a database's files have; a draft is of a database. */
  private static final Pattern OURS =
      Pattern.compile("CURRENT|CURRENT\\.tmp|LOCK|MANIFEST-[0-9]{6,18}|[0-9]{6,18}\\.(?:wal|sst)");

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
      Files.createDirectory(draft, NewFile.ownerOnly("rwx------"));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(draft, LinkOption.NOFOLLOW_LINKS)) {
        throw SystemFailure.translate(draft, "create directory", e);
      }
    } catch (IOException e) {
      throw SystemFailure.translate(draft, "create directory", e);
    }
    return takeOver(draft, target);
  }

  private static LocalDirectoryDraft takeOver(Path draft, Path target) {
    LocalStorage storage = LocalStorage.open(draft, false, false);
    boolean hadLock = storage.exists(FileNames.LOCK);
    DirectoryLock lock = storage.lock(Duration.ZERO);
    boolean done = false;
    try {
      lock.ensureValid();
      int foreign = foreignEntries(draft);
      if (foreign > 0) {
        if (!hadLock) {
          deleteLock(draft);
        }
        throw new NotADatabaseException(
            draft
                + ": this name is needed for a while, but the directory holds "
                + foreign
                + " entries that are no files of a database; rename it, or name another target");
      }
      empty(storage);
      done = true;
      return new LocalDirectoryDraft(draft, target, storage, lock);
    } finally {
      if (!done) {
        lock.close();
      }
    }
  }

  /** Counts what no draft leaves under the temporary name. */
  private static int foreignEntries(Path draft) {
    int foreign = 0;
    for (Path entry : LocalDirectories.entries(draft)) {
      boolean isOurs =
          OURS.matcher(String.valueOf(entry.getFileName())).matches()
              && Files.isRegularFile(entry, LinkOption.NOFOLLOW_LINKS);
      foreign += isOurs ? 0 : 1;
    }
    return foreign;
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
    if (!LocalDirectories.entries(target).isEmpty()) {
      throw new NotADatabaseException(
          target + ": is not empty; name a directory that does not exist, or is empty");
    }
  }

  /** Deletes the files of a database, and no others. */
  private static void empty(LocalStorage storage) {
    for (String name : storage.list()) {
      if (OURS.matcher(name).matches() && !name.equals(FileNames.LOCK)) {
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
      if (LocalDirectories.WINDOWS) {
        // A directory with an open file can't be renamed there. From here on it is anyone's: where
        // the renaming fails, it is left as by a crash.
        closed = true;
        lock.close();
      }
      LocalDirectories.move(draft, target);
      published = true;
    } catch (IOException e) {
      throw SystemFailure.translate(draft, "rename to " + target, e);
    }
    try {
      Path parent = target.getParent();
      if (parent != null) {
        LocalDirectories.force(parent);
      }
    } catch (IOException e) {
      throw SystemFailure.translate(
          target, "make its name durable (it may be there: delete it before trying again)", e);
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
    deleteLock(draft);
    try {
      Files.deleteIfExists(draft);
    } catch (IOException e) {
      // The next draft of this name takes the directory over, or says what is in its way.
    }
  }

  private static void deleteLock(Path draft) {
    try {
      Files.deleteIfExists(draft.resolve(FileNames.LOCK));
    } catch (IOException e) {
      // It is in nobody's way.
    }
  }
}
