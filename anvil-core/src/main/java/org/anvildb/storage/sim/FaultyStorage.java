package org.anvildb.storage.sim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;
import org.anvildb.api.TooManyOpenFilesException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.jspecify.annotations.Nullable;

/**
 * A storage over another one that fails where it is told to, with the exceptions that a local
 * directory throws. Thread-safe.
 *
 * <p>A close that fails has closed all the same. For a sync that fails and loses its pages, as on
 * Linux, see {@link MemoryStorage#failSyncAt}.
 */
public final class FaultyStorage implements Storage {
  private final Storage delegate;

  /** Whose plan and counts this storage follows: its own, but for a directory that it drafts. */
  private final FaultyStorage counting;

  private @Nullable FaultPlan plan;
  private long seen;
  private long hits;

  /**
   * Makes a storage that does not fail yet.
   *
   * @param delegate what does the work; closed with this storage
   */
  public FaultyStorage(Storage delegate) {
    this.delegate = delegate;
    this.counting = this;
  }

  private FaultyStorage(Storage delegate, FaultyStorage counting) {
    this.delegate = delegate;
    this.counting = counting;
  }

  /**
   * Starts to fail after a plan, in place of any earlier one, and to count from 0.
   *
   * @param plan the plan, or null to fail no more
   */
  public synchronized void inject(@Nullable FaultPlan plan) {
    this.plan = plan;
    seen = 0;
    hits = 0;
  }

  /**
   * Returns how many operations of the plan's kinds there were: where it is no more than the plan's
   * {@code nth}, the plan was beyond the end of the run.
   *
   * @return the number since {@link #inject}
   */
  public synchronized long seen() {
    return seen;
  }

  /**
   * Returns how many operations were hit.
   *
   * @return the number since {@link #inject}
   */
  public synchronized long hits() {
    return hits;
  }

  private @Nullable Fault next(OperationKind kind) {
    return counting.count(kind);
  }

  /** Counts an operation; returns what is to go wrong with it, if anything. */
  private synchronized @Nullable Fault count(OperationKind kind) {
    FaultPlan current = plan;
    if (current == null || !current.kinds().contains(kind)) {
      return null;
    }
    long index = seen++;
    boolean hit = index == current.nth() || (current.sticky() && index > current.nth());
    if (!hit) {
      return null;
    }
    hits++;
    return current.fault();
  }

  /** Fails if it is this operation's turn. */
  void pass(OperationKind kind, String name) {
    Fault fault = next(kind);
    if (fault != null) {
      throw failure(fault, kind, name);
    }
  }

  private StorageException failure(Fault fault, OperationKind kind, String name) {
    String what = delegate.location() + "/" + name + ": " + kind + " failed (injected): ";
    return switch (fault) {
      case Fault.NoSpace _, Fault.ShortWrite _ ->
          new DiskFullException(what + "No space left on device", null);
      case Fault.TooManyOpenFiles _ ->
          new TooManyOpenFilesException(what + "Too many open files", null);
      case Fault.IoFailure _, Fault.BitFlip _, Fault.ShortRead _ ->
          new StorageException(what + "Input/output error", null);
    };
  }

  @Override
  public String location() {
    return delegate.location();
  }

  @Override
  public DirectoryLock lock(Duration timeout) {
    pass(OperationKind.LOCK, "");
    DirectoryLock lock = delegate.lock(timeout);
    return new DirectoryLock() {
      @Override
      public void ensureValid() {
        pass(OperationKind.CHECK_LOCK, "");
        lock.ensureValid();
      }

      @Override
      public void close() {
        lock.close();
        pass(OperationKind.UNLOCK, "");
      }
    };
  }

  @Override
  public List<String> list() {
    pass(OperationKind.LIST, "");
    return delegate.list();
  }

  @Override
  public boolean exists(String name) {
    pass(OperationKind.EXISTS, name);
    return delegate.exists(name);
  }

  @Override
  public long size(String name) {
    pass(OperationKind.SIZE, name);
    return delegate.size(name);
  }

  @Override
  public AppendFile create(String name) {
    pass(OperationKind.CREATE, name);
    return new FaultyAppendFile(delegate.create(name));
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    pass(OperationKind.CREATE_MAPPED, name);
    return new FaultyMappedFile(delegate.createMapped(name, bytes), null, null);
  }

  @Override
  public MappedFile mapWritable(String name) {
    pass(OperationKind.MAP_WRITABLE, name);
    return new FaultyMappedFile(delegate.mapWritable(name), null, null);
  }

  @Override
  public MappedFile map(String name) {
    Fault fault = next(OperationKind.MAP);
    if (fault != null && !(fault instanceof Fault.BitFlip)) {
      throw failure(fault, OperationKind.MAP, name);
    }
    MappedFile mapped = delegate.map(name);
    long bytes = mapped.memory().byteSize();
    if (!(fault instanceof Fault.BitFlip(long seed)) || bytes == 0) {
      return new FaultyMappedFile(mapped, null, null);
    }
    Arena arena = Arena.ofShared();
    MemorySegment copy = arena.allocate(bytes, 8).copyFrom(mapped.memory());
    long bit = new SplittableRandom(seed).nextLong(bytes * 8);
    byte old = copy.get(ValueLayout.JAVA_BYTE, bit / 8);
    copy.set(ValueLayout.JAVA_BYTE, bit / 8, (byte) (old ^ 1 << bit % 8));
    return new FaultyMappedFile(mapped, arena, copy.asReadOnly());
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    Fault fault = next(OperationKind.READ);
    if (fault instanceof Fault.ShortRead) {
      byte[] whole = delegate.read(name, offset, length);
      return Arrays.copyOf(whole, whole.length / 2);
    }
    if (fault != null && !(fault instanceof Fault.BitFlip)) {
      throw failure(fault, OperationKind.READ, name);
    }
    byte[] bytes = delegate.read(name, offset, length);
    if (fault instanceof Fault.BitFlip(long seed) && bytes.length > 0) {
      long bit = new SplittableRandom(seed).nextLong(bytes.length * 8L);
      bytes[(int) (bit / 8)] ^= (byte) (1 << bit % 8);
    }
    return bytes;
  }

  @Override
  public void rename(String from, String to) {
    pass(OperationKind.RENAME, from);
    delegate.rename(from, to);
  }

  @Override
  public void delete(String name) {
    pass(OperationKind.DELETE, name);
    delegate.delete(name);
  }

  @Override
  public void link(String name, Storage target) {
    pass(OperationKind.LINK, name);
    delegate.link(name, target instanceof FaultyStorage faulty ? faulty.delegate : target);
  }

  @Override
  public DirectoryDraft draft(Path target) {
    pass(OperationKind.CREATE_DIRECTORY, "");
    DirectoryDraft draft = delegate.draft(target);
    Storage inside = new FaultyStorage(draft.storage(), counting);
    return new DirectoryDraft() {
      @Override
      public Storage storage() {
        return inside;
      }

      @Override
      public void publish() {
        pass(OperationKind.SYNC_DIRECTORY, "");
        pass(OperationKind.RENAME, "");
        draft.publish();
      }

      @Override
      public void close() {
        draft.close();
      }
    };
  }

  @Override
  public void syncDirectory() {
    pass(OperationKind.SYNC_DIRECTORY, "");
    delegate.syncDirectory();
  }

  @Override
  public long freeBytes() {
    pass(OperationKind.FREE_BYTES, "");
    return delegate.freeBytes();
  }

  @Override
  public void close() {
    delegate.close();
  }

  /** Fails appends and syncs; after the first failure it refuses both, as a local file does. */
  private final class FaultyAppendFile implements AppendFile {
    private final AppendFile file;
    private @Nullable StorageException failure;

    FaultyAppendFile(AppendFile file) {
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
      checkUsable();
      Fault fault = next(OperationKind.APPEND);
      if (fault == null) {
        file.append(source, offset, length);
        return;
      }
      StorageException thrown = failure(fault, OperationKind.APPEND, name());
      failure = thrown;
      if (fault instanceof Fault.ShortWrite) {
        file.append(source, offset, length / 2);
      }
      throw thrown;
    }

    @Override
    public void sync() {
      checkUsable();
      Fault fault = next(OperationKind.SYNC);
      if (fault != null) {
        StorageException thrown = failure(fault, OperationKind.SYNC, name());
        failure = thrown;
        throw thrown;
      }
      file.sync();
    }

    @Override
    public void close() {
      file.close();
      pass(OperationKind.CLOSE, name());
    }

    private void checkUsable() {
      if (failure != null) {
        throw new StorageException(name() + ": an earlier write or sync failed", failure);
      }
    }
  }

  /** Fails forces, and may show a copy with a flipped bit. */
  private final class FaultyMappedFile implements MappedFile {
    private final MappedFile file;
    private final @Nullable Arena arena;
    private final MemorySegment memory;
    private boolean closed;

    FaultyMappedFile(MappedFile file, @Nullable Arena arena, @Nullable MemorySegment spoilt) {
      this.file = file;
      this.arena = arena;
      this.memory = spoilt == null ? file.memory() : spoilt;
    }

    @Override
    public String name() {
      return file.name();
    }

    @Override
    public MemorySegment memory() {
      return memory;
    }

    @Override
    public void force(long offset, long length) {
      pass(OperationKind.FORCE, name());
      file.force(offset, length);
    }

    @Override
    public void close() {
      synchronized (this) {
        if (closed) {
          return;
        }
        closed = true;
      }
      file.close();
      if (arena != null) {
        arena.close();
      }
      pass(OperationKind.CLOSE, name());
    }
  }
}
