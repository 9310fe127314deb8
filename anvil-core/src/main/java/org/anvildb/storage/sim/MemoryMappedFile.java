package org.anvildb.storage.sim;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.anvildb.storage.MappedFile;
import org.jspecify.annotations.Nullable;

/** A mapped file of a {@link MemoryDisk}, whose lock guards it. */
final class MemoryMappedFile implements MappedFile {
  private final MemoryDisk disk;
  private final String name;
  private final MemoryFile file;
  private final MemorySegment memory;

  /** The arena of a reader's copy; null if the memory is the file's own. */
  private final @Nullable Arena own;

  private boolean closed;

  MemoryMappedFile(
      MemoryDisk disk, String name, MemoryFile file, MemorySegment memory, @Nullable Arena own) {
    this.disk = disk;
    this.name = name;
    this.file = file;
    this.memory = memory;
    this.own = own;
  }

  @Override
  public String name() {
    return MemoryDirectory.plain(name);
  }

  @Override
  public MemorySegment memory() {
    return memory;
  }

  @Override
  public void force(long offset, long length) {
    if (memory.isReadOnly()) {
      throw new UnsupportedOperationException(
          disk.path(name) + ": mapped for reading, nothing to force");
    }
    Objects.checkFromIndexSize(offset, length, memory.byteSize());
    synchronized (disk) {
      if (closed) {
        throw new IllegalStateException("Already closed");
      }
      disk.sync(file, OperationKind.FORCE, name, (int) offset, (int) length);
    }
  }

  @Override
  public void close() {
    synchronized (disk) {
      if (closed) {
        return;
      }
      long index = disk.begin(OperationKind.CLOSE, name);
      release(true);
      disk.closed(this);
      disk.end(OperationKind.CLOSE, name, index);
    }
  }

  /** Frees the memory without counting as an operation. */
  void release(boolean keepBytes) {
    closed = true;
    if (own == null) {
      file.releaseMapping(keepBytes);
    } else {
      file.releaseCopy();
      own.close();
    }
  }
}
