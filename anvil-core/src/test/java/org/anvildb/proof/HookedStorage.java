package org.anvildb.proof;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.List;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.OperationKind;

/**
 * A storage over another one that calls a hook before each operation: on the thread of the caller
 * and under no lock, so that the hook may wait, interrupt, or throw whatever a user's storage may.
 */
final class HookedStorage implements Storage {
  /** Called before an operation. */
  @FunctionalInterface
  interface Hook {
    void before(OperationKind kind);
  }

  private final Storage delegate;
  private volatile Hook hook = kind -> {};

  HookedStorage(Storage delegate) {
    this.delegate = delegate;
  }

  void hook(Hook next) {
    hook = next;
  }

  @Override
  public String location() {
    return delegate.location();
  }

  @Override
  public DirectoryLock lock(Duration timeout) {
    hook.before(OperationKind.LOCK);
    DirectoryLock lock = delegate.lock(timeout);
    return new DirectoryLock() {
      @Override
      public void ensureValid() {
        hook.before(OperationKind.CHECK_LOCK);
        lock.ensureValid();
      }

      @Override
      public void close() {
        lock.close();
      }
    };
  }

  @Override
  public List<String> list() {
    hook.before(OperationKind.LIST);
    return delegate.list();
  }

  @Override
  public boolean exists(String name) {
    hook.before(OperationKind.EXISTS);
    return delegate.exists(name);
  }

  @Override
  public long size(String name) {
    hook.before(OperationKind.SIZE);
    return delegate.size(name);
  }

  @Override
  public AppendFile create(String name) {
    hook.before(OperationKind.CREATE);
    return new HookedAppendFile(delegate.create(name));
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    hook.before(OperationKind.CREATE_MAPPED);
    return new HookedMappedFile(delegate.createMapped(name, bytes));
  }

  @Override
  public MappedFile reserveMapped(String name, long bytes) {
    hook.before(OperationKind.CREATE_MAPPED);
    return new HookedMappedFile(delegate.reserveMapped(name, bytes));
  }

  @Override
  public MappedFile mapWritable(String name) {
    hook.before(OperationKind.MAP_WRITABLE);
    return new HookedMappedFile(delegate.mapWritable(name));
  }

  @Override
  public MappedFile map(String name) {
    hook.before(OperationKind.MAP);
    return new HookedMappedFile(delegate.map(name));
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    hook.before(OperationKind.READ);
    return delegate.read(name, offset, length);
  }

  @Override
  public void rename(String from, String to) {
    hook.before(OperationKind.RENAME);
    delegate.rename(from, to);
  }

  @Override
  public void delete(String name) {
    hook.before(OperationKind.DELETE);
    delegate.delete(name);
  }

  @Override
  public void syncDirectory() {
    hook.before(OperationKind.SYNC_DIRECTORY);
    delegate.syncDirectory();
  }

  @Override
  public long freeBytes() {
    hook.before(OperationKind.FREE_BYTES);
    return delegate.freeBytes();
  }

  @Override
  public void close() {
    delegate.close();
  }

  private final class HookedAppendFile implements AppendFile {
    private final AppendFile file;

    HookedAppendFile(AppendFile file) {
      this.file = file;
    }

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public long length() {
      return file.length();
    }

    @Override
    public void append(byte[] source, int offset, int length) {
      hook.before(OperationKind.APPEND);
      file.append(source, offset, length);
    }

    @Override
    public void sync() {
      hook.before(OperationKind.SYNC);
      file.sync();
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private final class HookedMappedFile implements MappedFile {
    private final MappedFile file;

    HookedMappedFile(MappedFile file) {
      this.file = file;
    }

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public MemorySegment memory() {
      return file.memory();
    }

    @Override
    public void populate() {
      file.populate();
    }

    @Override
    public void force(long offset, long length) {
      hook.before(OperationKind.FORCE);
      file.force(offset, length);
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
