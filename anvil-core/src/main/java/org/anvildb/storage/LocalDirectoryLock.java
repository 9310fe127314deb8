package org.anvildb.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.anvildb.api.InterruptedOperationException;
import org.anvildb.api.LockedException;
import org.anvildb.api.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a local directory: an entry in {@link HeldDirectories} against this JVM, and the
 * operating system's lock on the file {@code LOCK} against other processes. Thread-safe.
 *
 * <p>The system's lock is taken through an {@link AsynchronousFileChannel}: like a FileChannel it
 * can lock, unlike one it isn't closed by an interrupt (which would drop the lock in silence). A
 * writer's lock is exclusive. A read-only open takes a shared lock if there is a lock file that it
 * may read, and none otherwise; it never creates or writes the file.
 */
final class LocalDirectoryLock implements DirectoryLock {
  /** The locked byte: far behind the text, since on Windows locked bytes can't be read. */
  static final long LOCKED_OFFSET = 1L << 30;

  private static final long POLL_MILLIS = 10;

  private static final Set<OpenOption> READ =
      Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
  private static final Set<OpenOption> CREATE =
      Set.of(
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.CREATE,
          LinkOption.NOFOLLOW_LINKS);

  /**
   * Channels that must never be closed: the JDK said that this JVM holds the lock, though {@link
   * HeldDirectories} did not know, and closing them would take that lock away.
   */
  private static final List<AsynchronousFileChannel> NEVER_CLOSED = new CopyOnWriteArrayList<>();

  private final Path file;
  private final String key;
  private final @Nullable AsynchronousFileChannel channel;
  private final @Nullable FileLock lock;
  private final String fileIdentity;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** The descriptor that wrote the text: kept open, as closing it would drop the lock. */
  private @Nullable RandomAccessFile text;

  private LocalDirectoryLock(
      Path file,
      String key,
      @Nullable AsynchronousFileChannel channel,
      @Nullable FileLock lock,
      String fileIdentity) {
    this.file = file;
    this.key = key;
    this.channel = channel;
    this.lock = lock;
    this.fileIdentity = fileIdentity;
  }

  /** Takes the lock of a directory, given by its real path. */
  static LocalDirectoryLock take(Path directory, boolean shared, Duration timeout) {
    String identity = identity(directory);
    if (identity.isEmpty()) {
      throw new StorageException(directory + ": cannot lock: the directory is gone", null);
    }
    String key = HeldDirectories.key(identity);
    Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    String me = "thread " + Thread.currentThread().getName() + " at " + now;
    String holder = HeldDirectories.enter(key, me);
    if (holder != null) {
      throw openInThisJvm(directory, "opened by " + holder, null);
    }
    boolean taken = false;
    try {
      LocalDirectoryLock lock = takeFile(directory, key, shared, timeout);
      taken = true;
      return lock;
    } catch (IOException e) {
      throw SystemFailure.translate(directory.resolve(FileNames.LOCK), "lock", e);
    } finally {
      if (!taken) {
        HeldDirectories.leave(key);
      }
    }
  }

  private static LocalDirectoryLock takeFile(
      Path directory, String key, boolean shared, Duration timeout) throws IOException {
    Path file = directory.resolve(FileNames.LOCK);
    if (shared
        && !(Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && Files.isReadable(file))) {
      return new LocalDirectoryLock(file, key, null, null, "");
    }
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    while (true) {
      AsynchronousFileChannel channel =
          AsynchronousFileChannel.open(
              file, shared ? READ : CREATE, null, NewFile.ownerOnly("rw-------"));
      boolean keep = false;
      try {
        String before = identity(file);
        FileLock lock = await(channel, file, shared, deadline);
        // Someone may have put another file in the place of the one that we opened.
        if (!before.isEmpty() && before.equals(identity(file))) {
          LocalDirectoryLock held = new LocalDirectoryLock(file, key, channel, lock, before);
          if (!shared) {
            held.writeText();
          }
          keep = true;
          return held;
        }
      } catch (OverlappingFileLockException e) {
        NEVER_CLOSED.add(channel);
        keep = true;
        throw openInThisJvm(directory, "by a copy of the library of another class loader", e);
      } finally {
        if (!keep) {
          channel.close();
        }
      }
    }
  }

  /** Tries until the deadline. Asks again and again, since a wait for a lock can't be timed. */
  private static FileLock await(
      AsynchronousFileChannel channel, Path file, boolean shared, long deadline)
      throws IOException {
    while (true) {
      FileLock lock = channel.tryLock(LOCKED_OFFSET, 1, shared);
      if (lock != null) {
        return lock;
      }
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw new LockedException(
            file.getParent()
                + ": "
                + otherHolder(channel, file, shared)
                + "; close it there first");
      }
      try {
        TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS)));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedOperationException(
            file.getParent() + ": interrupted while waiting for the lock, which was not taken", e);
      }
    }
  }

  /** Says who holds the lock. Only for one who holds none: it opens and closes the file. */
  private static String otherHolder(AsynchronousFileChannel channel, Path file, boolean shared)
      throws IOException {
    if (!shared) {
      FileLock readers = channel.tryLock(LOCKED_OFFSET, 1, true);
      if (readers != null) {
        readers.release();
        return "open read-only in another process";
      }
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      bytes = in.readNBytes(LockHolder.MAX_BYTES);
    } catch (IOException e) {
      bytes = new byte[0];
    }
    LockHolder holder = LockHolder.parse(bytes);
    return holder == null ? "held by another process" : "held by " + holder;
  }

  private static LockedException openInThisJvm(
      Path directory, String how, @Nullable Throwable cause) {
    return new LockedException(
        directory + ": already open in this JVM (" + how + "); share that one, or close it", cause);
  }

  /** Writes who we are. A failure (the disk may be full) costs others a good message, no more. */
  private void writeText() {
    try {
      byte[] bytes = LockHolder.here().toBytes();
      text = new RandomAccessFile(file.toFile(), "rw");
      text.write(bytes);
      text.setLength(bytes.length);
    } catch (IOException e) {
      // The lock itself is held all the same.
    }
  }

  @Override
  public void ensureValid() {
    if (closed.get()) {
      throw new StorageException(file + ": the lock is closed", null);
    }
    if (lock == null) {
      return;
    }
    if (!lock.isValid()) {
      throw new StorageException(file + ": the system no longer holds the lock", null);
    }
    if (!identity(file).equals(fileIdentity)) {
      throw new StorageException(
          file + ": deleted or replaced while locked; another process may write here", null);
    }
  }

  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try (var _ = channel;
        var _ = text) {
      // Closing either descriptor drops the lock; both are closed whatever happens.
    } catch (IOException e) {
      throw SystemFailure.translate(file, "unlock", e);
    } finally {
      HeldDirectories.leave(key);
    }
  }

  /** Returns what tells a file from any other that lives at the same time; empty if it is gone. */
  private static String identity(Path path) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Object fileKey = attributes.fileKey();
      return fileKey != null ? fileKey.toString() : path + " of " + attributes.creationTime();
    } catch (IOException e) {
      return "";
    }
  }
}
