package org.anvildb.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.ReadOnlyException;
import org.anvildb.api.StorageException;
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
  /** How much {@link #writeZeros} writes at a time: a page. */
  private static final int ZERO_SLICE_BYTES = 4 << 10;

  /** How much is gathered at a time for large slices of zeros. */
  private static final int GATHERED_BYTES = 16 << 10;

  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  private static final boolean LINUX = System.getProperty("os.name", "").startsWith("Linux");
  static final boolean WINDOWS = System.getProperty("os.name", "").startsWith("Windows");

  /** How often a renaming is tried on Windows, where a virus scanner may hold the file. */
  private static final int RENAME_TRIES = 10;

  private static final long RENAME_PAUSE_NANOS = 10_000_000;

  static {
    SystemFailure.load();
  }

  private final Path directory;
  private final boolean readOnly;

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
      if (isAbsent(path)) {
        if (!create || readOnly) {
          throw new NotADatabaseException(
              path
                  + (readOnly
                      ? ": does not exist, and reading makes none; check the path, or open it for"
                          + " writing with createIfMissing=true"
                      : ": does not exist (createIfMissing=false); check the path, or open it with"
                          + " createIfMissing=true"));
        }
        createDirectory(path);
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
      while (known.getParent() != null && isAbsent(known)) {
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

  private static boolean isAbsent(Path path) throws IOException {
    try {
      Files.readAttributes(path, BasicFileAttributes.class);
      return false;
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  private static void createDirectory(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && isAbsent(parent)) {
      throw new StorageException(
          path
              + ": cannot create directory: "
              + parent
              + " does not exist; create it first, or check the path",
          null);
    }
    Files.createDirectory(path, ownerOnly("rwx------"));
    if (parent != null) {
      try {
        forceDirectory(parent);
      } catch (AccessDeniedException e) {
        // A parent that may be entered but not read can't be synced by anyone but its owner.
      }
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
    for (Path entry : entries(directory)) {
      if (!Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        names.add(String.valueOf(entry.getFileName()));
      }
    }
    names.sort(null);
    return names;
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
    return new LocalAppendFile(path, createFile(path));
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes must be positive, but is " + bytes);
    }
    Path path = changing(name);
    RandomAccessFile file = createFile(path);
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
      MappedFile reserved = reserve(changing(name), bytes);
      if (reserved != null) {
        return reserved;
      }
    }
    return createMapped(name, bytes);
  }

  /** Returns null, and leaves no file, if the blocks can't be set aside. */
  private static @Nullable MappedFile reserve(Path path, long bytes) {
    // Before the try, whose end deletes the file: one that had the name before is not ours.
    RandomAccessFile created = createFile(path);
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
      move(source, target);
    } catch (IOException e) {
      throw SystemFailure.translate(source, "rename to " + to, e);
    }
  }

  /** Renames a file or a directory in one step. */
  static void move(Path source, Path target) throws IOException {
    move(source, target, WINDOWS ? RENAME_TRIES : 1);
  }

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
    try {
      forceDirectory(directory);
    } catch (IOException e) {
      throw SystemFailure.translate(directory, "sync directory", e);
    }
  }

  @Override
  public long freeBytes() {
    return directory.toFile().getUsableSpace();
  }

  @Override
  public void close() {}

  /**
   * Syncs a directory. An asynchronous channel, as no interrupt closes it: with a FileChannel the
   * ClosedByInterruptException would hide a failed sync, and the next try would call it a success.
   * Windows has no such call, and its file system keeps the order of such changes itself.
   */
  static void forceDirectory(Path path) throws IOException {
    if (WINDOWS) {
      return;
    }
    try (AsynchronousFileChannel channel =
        AsynchronousFileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private Path changing(String name) {
    checkWritable();
    return directory.resolve(FileNames.checkData(name));
  }

  private void checkWritable() {
    if (readOnly) {
      throw new ReadOnlyException(directory + ": opened read-only; open it for writing to change");
    }
  }

  private static RandomAccessFile createFile(Path path) {
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
