package org.anvildb.storage;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.ReadOnlyException;
import org.anvildb.api.StorageException;
import org.anvildb.api.TooManyOpenFilesException;
import org.jspecify.annotations.Nullable;

/**
 * A directory of the local file system. Thread-safe, and immune to {@link Thread#interrupt()}.
 *
 * <p>Symbolic links and everything else that is no regular file are refused, only the directory
 * itself may be reached through a link. Where the system knows POSIX permissions, files belong to
 * their owner alone (0600, a new directory 0700).
 *
 * <p>Opened read-only, it never changes anything on the disk, not even the lock file: its lock is a
 * shared one on the {@code LOCK} file if that exists and can be read, else it only excludes others
 * in this JVM.
 */
public final class LocalStorage implements Storage {
  private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");

  static {
    SystemFailure.load();
  }

  /** Without it there is no database yet, and the directory's own name may not be on disk. */
  private static final String FIRST_FILE = "CURRENT";

  private final Path directory;
  private final boolean readOnly;

  /** Held by who syncs the directory: a sync beside one that fails might not learn of it. */
  private final Object syncs = new Object();

  /** Why a sync of the directory failed, once one did. */
  @GuardedBy("syncs")
  private @Nullable Throwable failedSync;

  /** Takes a directory as it is: {@link #open} is what looks at it. */
  LocalStorage(Path directory, boolean readOnly) {
    this.directory = directory;
    this.readOnly = readOnly;
  }

  /**
   * Opens a directory.
   *
   * @param directory where it is; only its parent must exist
   * @param create whether it is made if there is none (never if read-only)
   * @param readOnly whether every change is refused
   * @return the storage
   * @throws NotADatabaseException if there is no directory, and none may be made
   * @throws ReadOnlyException if the directory can't be written, and read-only wasn't asked for
   * @throws StorageException if the path is a file, or the system refuses
   */
  public static LocalStorage open(Path directory, boolean create, boolean readOnly) {
    if (!directory.getFileSystem().equals(FileSystems.getDefault())) {
      throw new IllegalArgumentException(directory + " is not a path of the default file system");
    }
    Path path = directory.toAbsolutePath();
    try {
      if (LocalDirectories.isAbsent(path)) {
        if (!create || readOnly) {
          throw new NotADatabaseException(
              path
                  + (readOnly
                      ? ": does not exist, and reading makes none; check the path, or open it for"
                          + " writing with createIfMissing=true"
                      : ": does not exist (createIfMissing=false); check the path, or open it with"
                          + " createIfMissing=true"));
        }
        LocalDirectories.create(path);
      }
      if (!Files.isDirectory(path)) {
        throw new StorageException(
            path + ": is not a directory; name the directory, not a file", null);
      }
      Path real = path.toRealPath();
      if (!readOnly && !Files.isWritable(real)) {
        throw new ReadOnlyException(
            real + ": directory not writable; open read-only, or change its permissions");
      }
      if (!readOnly && LocalDirectories.isAbsent(real.resolve(FIRST_FILE))) {
        // Whoever made the directory may not have synced its name.
        LocalDirectories.forceParent(real);
      }
      return new LocalStorage(real, readOnly);
    } catch (IOException e) {
      throw SystemFailure.translate(path, "open directory", e);
    }
  }

  /**
   * Opens a directory for a new database that is built out of another one.
   *
   * @param directory where it is; it is made if there is none, and must be empty
   * @param source the directory of the other one, in which it must not lie
   * @return the storage
   * @throws IllegalArgumentException if it lies in the source
   * @throws NotADatabaseException if it is not empty
   * @throws StorageException if the system refuses
   */
  public static LocalStorage openEmpty(Path directory, LocalStorage source) {
    Path path = directory.toAbsolutePath().normalize();
    try {
      Path known = path;
      while (known.getParent() != null && LocalDirectories.isAbsent(known)) {
        known = known.getParent();
      }
      if (known.toRealPath().startsWith(source.directory)) {
        throw new IllegalArgumentException(
            path + " lies in " + source.directory + ", which is not to be changed");
      }
    } catch (IOException e) {
      throw SystemFailure.translate(path, "open directory", e);
    }
    LocalStorage storage = open(directory, true, false);
    if (!storage.list().isEmpty()) {
      throw new NotADatabaseException(
          path + ": is not empty; name a directory that does not exist, or is empty");
    }
    return storage;
  }

  @Override
  public String location() {
    return directory.toString();
  }

  @Override
  public DirectoryLock lock(Duration timeout) {
    return LocalDirectoryLock.take(directory, readOnly, timeout);
  }

  @Override
  public List<String> list() {
    List<String> names = new ArrayList<>();
    for (Path entry : LocalDirectories.entries(directory)) {
      if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        names.add(String.valueOf(entry.getFileName()));
      }
    }
    names.sort(null);
    return names;
  }

  @Override
  public boolean exists(String name) {
    Path path = directory.resolve(FileNames.check(name));
    // Not Files.exists, which takes any failure for a no.
    try {
      Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      throw SystemFailure.translate(path, "look up", e);
    }
  }

  @Override
  public long size(String name) {
    return regularSize(directory.resolve(FileNames.check(name)), "look up");
  }

  @Override
  public AppendFile create(String name) {
    Path path = changing(name);
    return new LocalAppendFile(path, NewFile.create(path));
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes must be positive, but is " + bytes);
    }
    return NewFile.filled(changing(name), bytes);
  }

  /**
   * The system sets the blocks aside when an empty file is mapped beyond its end: the JDK asks for
   * that on Linux, so that no store can hit a full disk. Seen for 64 MiB (ext4): 0.8-1.2 ms, sync
   * included, where writing and syncing zeros takes 144-211 ms and as much of the disk's time.
   * Elsewhere, or where the file system can't, zeros are written; but not where the disk has no
   * room, which they would only fill up for all others before they failed, too.
   *
   * <p>Zeros are then handed to the page cache alone, in large slices ({@link SliceWriter}): 20 ms,
   * and populating takes 2 ms in place of 57-68, as one page fault is taken for each slice.
   */
  @Override
  public MappedFile reserveMapped(String name, long bytes) {
    if (LINUX && bytes > 0) {
      MappedFile reserved = NewFile.reserved(changing(name), bytes);
      if (reserved != null) {
        return reserved;
      }
    }
    return createMapped(name, bytes);
  }

  @Override
  public MappedFile mapWritable(String name) {
    Path path = changing(name);
    regularSize(path, "map");
    return LocalMappedFile.open(path, true);
  }

  @Override
  public MappedFile map(String name) {
    Path path = directory.resolve(FileNames.checkData(name));
    regularSize(path, "map");
    return LocalMappedFile.open(path, false);
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("negative range: " + length + " bytes at " + offset);
    }
    Path path = directory.resolve(FileNames.checkData(name));
    // Never more than the file has: a length may come from damaged bytes.
    int wanted = (int) Math.clamp(regularSize(path, "read") - offset, 0L, (long) length);
    byte[] bytes = new byte[wanted];
    if (wanted == 0) {
      return bytes;
    }
    int done = 0;
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      file.seek(offset);
      while (done < wanted) {
        int n = file.read(bytes, done, Math.min(LocalAppendFile.SLICE_BYTES, wanted - done));
        if (n < 0) {
          break;
        }
        done += n;
      }
    } catch (IOException e) {
      throw SystemFailure.translate(path, "read " + length + " bytes at " + offset, e);
    }
    return done == wanted ? bytes : Arrays.copyOf(bytes, done);
  }

  @Override
  public void rename(String from, String to) {
    Path source = changing(from);
    Path target = changing(to);
    regularSize(source, "rename");
    try {
      LocalDirectories.move(source, target);
    } catch (IOException e) {
      throw SystemFailure.translate(source, "rename to " + to, e);
    }
  }

  @Override
  public void delete(String name) {
    Path path = changing(name);
    regularSize(path, "delete");
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw SystemFailure.translate(path, "delete", e);
    }
  }

  @Override
  public void link(String name, Storage target) {
    Path source = directory.resolve(FileNames.checkData(name));
    regularSize(source, "link");
    if (target instanceof LocalStorage local) {
      Path link = local.changing(name);
      try {
        Files.createLink(link, source);
        return;
      } catch (FileAlreadyExistsException e) {
        throw SystemFailure.translate(link, "link to " + source, e);
      } catch (IOException | UnsupportedOperationException e) {
        // Another file system, or one without links, or too many of them: a copy does as well.
      }
    }
    FileCopy.copy(this, name, target, name);
  }

  @Override
  public DirectoryDraft draft(Path target) {
    return LocalDirectoryDraft.begin(target);
  }

  @Override
  public void syncDirectory() {
    checkWritable();
    synchronized (syncs) {
      if (failedSync != null) {
        throw new StorageException(
            directory
                + ": an earlier sync of the directory failed, so nobody knows which files will be"
                + " there after a power cut; close and open again",
            failedSync);
      }
      try {
        LocalDirectories.force(directory);
      } catch (IOException e) {
        StorageException failure = SystemFailure.translate(directory, "sync directory", e);
        // Without a descriptor nothing was tried.
        if (!(failure instanceof TooManyOpenFilesException)) {
          failedSync = failure;
        }
        throw failure;
      }
    }
  }

  @Override
  public long freeBytes() {
    return directory.toFile().getUsableSpace();
  }

  @Override
  public void close() {}

  private Path changing(String name) {
    checkWritable();
    return directory.resolve(FileNames.checkData(name));
  }

  private void checkWritable() {
    if (readOnly) {
      throw new ReadOnlyException(directory + ": opened read-only; open it for writing to change");
    }
  }

  /** Returns the size of a file, and refuses what is none. */
  private static long regularSize(Path path, String action) {
    BasicFileAttributes attributes;
    try {
      attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (IOException e) {
      throw SystemFailure.translate(path, action, e);
    }
    if (!attributes.isRegularFile()) {
      throw new StorageException(
          path + ": cannot " + action + ": not a regular file (links are not followed)", null);
    }
    return attributes.size();
  }
}
