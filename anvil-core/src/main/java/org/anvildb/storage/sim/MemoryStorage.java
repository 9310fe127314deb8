package org.anvildb.storage.sim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.LockedException;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.FileCopy;
import org.anvildb.storage.FileNames;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A directory in memory that knows what of it is durable, and can crash into any disk that a real
 * one may leave.
 *
 * <p>Each call of it and of its files is an operation with an index, counted from 0, which an
 * {@link OperationHook} sees: so a test can crash at every point of a run. {@link
 * #crashedCopy(CrashPlan)} leaves this storage as it is, so one run can be crashed at many points.
 * It starts no thread and waits for nothing.
 *
 * <p>Thread-safe, as far as the arenas are: with {@code Arena::ofConfined} (much cheaper to close)
 * each mapping, and a storage with open mappings, must stay with one thread.
 *
 * <p>It differs from a real directory where memory can't be mapped twice: writable mappings of one
 * file share their memory until the last one is closed, and a file can't be mapped for writing
 * while it is mapped for reading (the other way round works). Files are below 1 GiB.
 */
public final class MemoryStorage implements Storage {
  private static final long UNLIMITED = 1L << 50;

  private final String location;
  private final Supplier<Arena> arenas;
  private final MemoryDirectory directory;
  private final List<MemoryMappedFile> open = new ArrayList<>();

  private long capacityBytes = UNLIMITED;
  private @Nullable OperationHook hook;
  private long operations;
  private long failingSync = -1;
  private final Map<String, MemoryLock> holders = new HashMap<>();
  private boolean crashed;

  /** Makes an empty directory whose mappings any thread can use. */
  public MemoryStorage() {
    this(Arena::ofShared);
  }

  /**
   * Makes an empty directory.
   *
   * @param arenas gives the memory of each mapping, and is closed with it
   */
  public MemoryStorage(Supplier<Arena> arenas) {
    this("memory", arenas, new MemoryDirectory());
  }

  private MemoryStorage(String location, Supplier<Arena> arenas, MemoryDirectory directory) {
    this.location = location;
    this.arenas = arenas;
    this.directory = directory;
  }

  /**
   * Sets who sees the operations.
   *
   * @param hook the hook, or null for none
   */
  public synchronized void setHook(@Nullable OperationHook hook) {
    this.hook = hook;
  }

  /**
   * Returns how many operations were begun, which is the index of the next one.
   *
   * @return the number
   */
  public synchronized long operations() {
    return operations;
  }

  /**
   * Returns how many mappings are open, which tells whether their user has closed all of them.
   *
   * @return the number, of mappings for reading and for writing
   */
  public synchronized int openMappings() {
    return open.size();
  }

  /**
   * Limits the room on the disk.
   *
   * @param bytes how much all files together may take
   */
  public synchronized void setCapacityBytes(long bytes) {
    capacityBytes = bytes;
  }

  /**
   * Lets one sync or force fail as Linux does: it throws, and the pages that it did not write count
   * as clean from then on. They can be read until the crash, the next sync succeeds without writing
   * them, and after the crash they are gone, unless they were written to again.
   *
   * @param operationIndex the index of the operation; if it is no sync, nothing fails
   */
  public synchronized void failSyncAt(long operationIndex) {
    failingSync = operationIndex;
  }

  /**
   * Returns the disk that a crash at this moment would leave. Its lock is free, it has no hook and
   * counts from 0. This storage is not changed.
   *
   * @param plan how the crash goes
   * @return a storage of its own
   */
  public synchronized MemoryStorage crashedCopy(CrashPlan plan) {
    checkAlive();
    MemoryStorage copy = new MemoryStorage(location, arenas, directory.crashed(plan));
    copy.capacityBytes = capacityBytes;
    return copy;
  }

  /**
   * Crashes: from now on this storage and its files refuse everything, and its mappings are gone.
   *
   * @param plan how the crash goes
   * @return the disk that is left
   */
  public synchronized MemoryStorage crash(CrashPlan plan) {
    MemoryStorage left = crashedCopy(plan);
    powerOff();
    return left;
  }

  /**
   * Lets the process die that uses this storage: its lock is free and its mappings are gone, while
   * the system keeps all that was written, synced or not. What that process has still open must not
   * be used any more; another one may open the same storage.
   */
  public synchronized void endProcess() {
    checkAlive();
    for (MemoryMappedFile file : open) {
      file.release(true);
    }
    open.clear();
    holders.clear();
  }

  /**
   * Ends this storage and frees the memory of all mappings: for one that a test gives up with files
   * still open.
   */
  public synchronized void powerOff() {
    crashed = true;
    for (MemoryMappedFile file : open) {
      file.release(false);
    }
    open.clear();
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public DirectoryLock lock(Duration timeout) {
    Objects.requireNonNull(timeout, "timeout");
    return lockAt(FileNames.LOCK);
  }

  @Override
  public List<String> list() {
    return listAt("");
  }

  @Override
  public boolean exists(String name) {
    return existsAt(FileNames.check(name));
  }

  @Override
  public long size(String name) {
    return sizeAt(FileNames.check(name));
  }

  @Override
  public AppendFile create(String name) {
    return createAt(FileNames.checkData(name));
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    return createMappedAt(FileNames.checkData(name), bytes);
  }

  @Override
  public MappedFile mapWritable(String name) {
    return mapWritableAt(FileNames.checkData(name));
  }

  @Override
  public MappedFile map(String name) {
    return mapAt(FileNames.checkData(name));
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    return readAt(FileNames.checkData(name), offset, length);
  }

  @Override
  public void rename(String from, String to) {
    renameAt(FileNames.checkData(from), FileNames.checkData(to));
  }

  @Override
  public void delete(String name) {
    deleteAt(FileNames.checkData(name));
  }

  @Override
  public void link(String name, Storage target) {
    FileNames.checkData(name);
    if (target instanceof MemoryFolder folder && folder.isOf(this)) {
      linkAt(name, folder.path(name));
    } else {
      FileCopy.copy(this, name, target, name);
    }
  }

  /** The directory is one of this disk, whatever stands before the last name of the path. */
  @Override
  public DirectoryDraft draft(Path target) {
    return MemoryDraft.begin(this, FileNames.check(String.valueOf(target.getFileName())));
  }

  @Override
  public void syncDirectory() {
    syncDirectoryAt("");
  }

  /**
   * Returns another directory of this disk, such as a {@linkplain #draft draft} left: its
   * operations are operations of this storage.
   *
   * @param name its name; it exists
   * @return the directory; its own directories, if any, can't be reached
   */
  public Storage directory(String name) {
    if (!hasFolder(FileNames.check(name))) {
      throw new StorageException(path(name) + ": no such directory", null);
    }
    return new MemoryFolder(this, name);
  }

  /**
   * Lists the other directories of this disk.
   *
   * @return their names, sorted
   */
  public synchronized List<String> directories() {
    checkAlive();
    return directory.folders();
  }

  synchronized DirectoryLock lockAt(String name) {
    long index = begin(OperationKind.LOCK, name);
    if (holders.containsKey(name)) {
      throw new LockedException(location + ": already open in this JVM (the storage is locked)");
    }
    MemoryLock lock = new MemoryLock(name);
    holders.put(name, lock);
    end(OperationKind.LOCK, name, index);
    return lock;
  }

  synchronized boolean hasFolder(String name) {
    long index = begin(OperationKind.EXISTS, name);
    boolean exists = directory.find(name + MemoryDirectory.SEPARATOR) != null;
    end(OperationKind.EXISTS, name, index);
    return exists;
  }

  synchronized void createFolder(String name) {
    long index = begin(OperationKind.CREATE_DIRECTORY, name);
    directory.create(name + MemoryDirectory.SEPARATOR, MemoryFile.unsynced(0));
    end(OperationKind.CREATE_DIRECTORY, name, index);
  }

  synchronized void renameFolder(String from, String to) {
    long index = begin(OperationKind.RENAME, from);
    directory.renameFolder(from, to);
    end(OperationKind.RENAME, from, index);
  }

  synchronized void deleteFolder(String name) {
    deleteAt(name + MemoryDirectory.SEPARATOR);
  }

  /** Links a file; the names from here on may lead into another directory of the disk. */
  synchronized void linkAt(String name, String link) {
    long index = begin(OperationKind.LINK, name);
    directory.create(link, find(name));
    end(OperationKind.LINK, name, index);
  }

  synchronized List<String> listAt(String folder) {
    long index = begin(OperationKind.LIST, folder);
    List<String> names = directory.names(folder);
    end(OperationKind.LIST, folder, index);
    return names;
  }

  synchronized boolean existsAt(String name) {
    long index = begin(OperationKind.EXISTS, name);
    boolean exists = directory.find(name) != null;
    end(OperationKind.EXISTS, name, index);
    return exists;
  }

  synchronized long sizeAt(String name) {
    long index = begin(OperationKind.SIZE, name);
    long size = find(name).length();
    end(OperationKind.SIZE, name, index);
    return size;
  }

  synchronized AppendFile createAt(String name) {
    long index = begin(OperationKind.CREATE, name);
    MemoryFile file = MemoryFile.unsynced(0);
    directory.create(name, file);
    end(OperationKind.CREATE, name, index);
    return new MemoryAppendFile(this, name, file);
  }

  synchronized MappedFile createMappedAt(String name, long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes must be positive, but is " + bytes);
    }
    long index = begin(OperationKind.CREATE_MAPPED, name);
    long room = Math.min(room(), MemoryFile.MAX_BYTES);
    if (bytes > room) {
      throw new DiskFullException(
          path(name) + ": cannot create a file of " + bytes + " bytes: " + room + " free", null);
    }
    MemoryFile file = MemoryFile.unsynced((int) bytes);
    directory.create(name, file);
    end(OperationKind.CREATE_MAPPED, name, index);
    try {
      sync(file, OperationKind.SYNC, name, 0, (int) bytes);
    } catch (StorageException e) {
      if (!crashed) {
        directory.delete(name, file);
      }
      throw e;
    }
    return opened(name, file, file.mapWritable(arenas), null);
  }

  synchronized MappedFile mapWritableAt(String name) {
    long index = begin(OperationKind.MAP_WRITABLE, name);
    MemoryFile file = find(name);
    MappedFile mapped = opened(name, file, file.mapWritable(arenas), null);
    end(OperationKind.MAP_WRITABLE, name, index);
    return mapped;
  }

  synchronized MappedFile mapAt(String name) {
    long index = begin(OperationKind.MAP, name);
    MemoryFile file = find(name);
    MappedFile mapped;
    if (file.isMappedWritable()) {
      mapped = opened(name, file, file.mapWritable(arenas).asReadOnly(), null);
    } else {
      Arena own = arenas.get();
      mapped = opened(name, file, file.copyForReading(own), own);
    }
    end(OperationKind.MAP, name, index);
    return mapped;
  }

  synchronized byte[] readAt(String name, long offset, int length) {
    if (offset < 0 || length < 0) {
      throw new IllegalArgumentException("negative range: " + length + " bytes at " + offset);
    }
    long index = begin(OperationKind.READ, name);
    MemoryFile file = find(name);
    int count = (int) Math.clamp(file.length() - offset, 0L, (long) length);
    byte[] bytes = count == 0 ? new byte[0] : file.read((int) offset, count);
    end(OperationKind.READ, name, index);
    return bytes;
  }

  synchronized void renameAt(String from, String to) {
    long index = begin(OperationKind.RENAME, from);
    MemoryFile file = find(from);
    if (!from.equals(to)) {
      directory.rename(to, file);
    }
    end(OperationKind.RENAME, from, index);
  }

  synchronized void deleteAt(String name) {
    long index = begin(OperationKind.DELETE, name);
    directory.delete(name, find(name));
    end(OperationKind.DELETE, name, index);
  }

  synchronized void syncDirectoryAt(String folder) {
    long index = begin(OperationKind.SYNC_DIRECTORY, folder);
    if (index == failingSync) {
      throw new StorageException(location + ": cannot sync directory: injected I/O error", null);
    }
    directory.sync(folder);
    end(OperationKind.SYNC_DIRECTORY, folder, index);
  }

  @Override
  public synchronized long freeBytes() {
    long index = begin(OperationKind.FREE_BYTES, "");
    long room = room();
    end(OperationKind.FREE_BYTES, "", index);
    return room;
  }

  /** Does nothing: the disk stays, and can be opened again. */
  @Override
  public void close() {}

  /** Starts an operation and returns its index. */
  synchronized long begin(OperationKind kind, String name) {
    checkAlive();
    long index = operations++;
    if (hook != null) {
      hook.before(new Operation(kind, name), index);
      // The hook may have pulled the plug.
      checkAlive();
    }
    return index;
  }

  synchronized void end(OperationKind kind, String name, long index) {
    if (hook != null) {
      hook.after(new Operation(kind, name), index);
    }
  }

  /** Makes a range of a file durable, as one operation, or fails as {@link #failSyncAt} asks. */
  synchronized void sync(MemoryFile file, OperationKind kind, String name, int from, int count) {
    long index = begin(kind, name);
    if (index == failingSync) {
      file.failSync(from, count);
      throw new StorageException(path(name) + ": cannot sync: injected I/O error", null);
    }
    file.sync(from, count);
    end(kind, name, index);
  }

  synchronized long room() {
    return capacityBytes == UNLIMITED
        ? UNLIMITED
        : Math.max(0, capacityBytes - directory.totalBytes());
  }

  synchronized void closed(MemoryMappedFile file) {
    open.remove(file);
  }

  String path(String name) {
    return location + "/" + name;
  }

  private synchronized MemoryMappedFile opened(
      String name, MemoryFile file, MemorySegment memory, @Nullable Arena own) {
    MemoryMappedFile mapped = new MemoryMappedFile(this, name, file, memory, own);
    open.add(mapped);
    return mapped;
  }

  private MemoryFile find(String name) {
    MemoryFile file = directory.find(name);
    if (file == null) {
      throw new StorageException(path(name) + ": no such file", null);
    }
    return file;
  }

  private void checkAlive() {
    if (crashed) {
      throw new StorageException(location + ": crashed", null);
    }
  }

  private final class MemoryLock implements DirectoryLock {
    private final String name;

    MemoryLock(String name) {
      this.name = name;
    }

    @Override
    public void ensureValid() {
      synchronized (MemoryStorage.this) {
        long index = begin(OperationKind.CHECK_LOCK, name);
        if (holders.get(name) != this) {
          throw new StorageException(location + ": the lock is closed", null);
        }
        end(OperationKind.CHECK_LOCK, name, index);
      }
    }

    @Override
    public void close() {
      synchronized (MemoryStorage.this) {
        if (holders.get(name) != this || crashed) {
          return;
        }
        long index = begin(OperationKind.UNLOCK, name);
        holders.remove(name);
        end(OperationKind.UNLOCK, name, index);
      }
    }
  }
}
