package org.anvildb.storage.sim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.LockedException;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.jspecify.annotations.Nullable;

/**
 * The disk under a {@link MemoryStorage} and its other directories: it carries out and counts the
 * operations of all of them. Names may lead into a directory of the disk; the callers have checked
 * them.
 *
 * <p>Thread-safe: its monitor guards it, its files and its mappings.
 */
final class MemoryDisk {
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

  /** The directories of which this process could not sync the names. */
  private final Set<String> failedFolders = new HashSet<>();

  private boolean crashed;

  MemoryDisk(String location, Supplier<Arena> arenas) {
    this(location, arenas, new MemoryDirectory());
  }

  private MemoryDisk(String location, Supplier<Arena> arenas, MemoryDirectory directory) {
    this.location = location;
    this.arenas = arenas;
    this.directory = directory;
  }

  String location() {
    return location;
  }

  synchronized void setHook(@Nullable OperationHook hook) {
    this.hook = hook;
  }

  synchronized long operations() {
    return operations;
  }

  synchronized int openMappings() {
    return open.size();
  }

  synchronized void setCapacityBytes(long bytes) {
    capacityBytes = bytes;
  }

  synchronized void failSyncAt(long operationIndex) {
    failingSync = operationIndex;
  }

  /** Returns the disk that a crash at this moment would leave. */
  synchronized MemoryDisk crashedCopy(CrashPlan plan) {
    checkAlive();
    MemoryDisk copy = new MemoryDisk(location, arenas, directory.crashed(plan));
    copy.capacityBytes = capacityBytes;
    return copy;
  }

  /** Frees the lock and all mappings, whose bytes are kept. */
  synchronized void endProcess() {
    checkAlive();
    for (MemoryMappedFile file : open) {
      file.release(true);
    }
    open.clear();
    holders.clear();
    failedFolders.clear();
  }

  /** Refuses everything from now on, and frees all mappings. */
  synchronized void powerOff() {
    crashed = true;
    for (MemoryMappedFile file : open) {
      file.release(false);
    }
    open.clear();
  }

  /** Lists the other directories. */
  synchronized List<String> directories() {
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
    failedFolders.remove(name);
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
    if (failedFolders.contains(folder)) {
      throw new StorageException(location + ": an earlier sync of the directory failed", null);
    }
    if (index == failingSync) {
      directory.failSync(folder);
      failedFolders.add(folder);
      throw new StorageException(location + ": cannot sync directory: injected I/O error", null);
    }
    directory.sync(folder);
    end(OperationKind.SYNC_DIRECTORY, folder, index);
  }

  synchronized long freeBytes() {
    long index = begin(OperationKind.FREE_BYTES, "");
    long room = room();
    end(OperationKind.FREE_BYTES, "", index);
    return room;
  }

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

  /**
   * Makes a range of a file durable, as one operation, or fails as {@link MemoryStorage#failSyncAt}
   * asks.
   */
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
      synchronized (MemoryDisk.this) {
        long index = begin(OperationKind.CHECK_LOCK, name);
        if (holders.get(name) != this) {
          throw new StorageException(location + ": the lock is closed", null);
        }
        end(OperationKind.CHECK_LOCK, name, index);
      }
    }

    @Override
    public void close() {
      synchronized (MemoryDisk.this) {
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
