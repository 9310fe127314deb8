package org.anvildb.storage.sim;

import java.util.Objects;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;

/**
 * A growing file of a {@link MemoryDisk}, whose lock guards it. A failed append refuses all further
 * ones, as on a real disk; a failed sync does not refuse the next, which then lies, as the kernel
 * does: a test must be able to catch an engine that tries again.
 */
final class MemoryAppendFile implements AppendFile {
  private final MemoryDisk disk;
  private final String name;
  private final MemoryFile file;
  private boolean failed;
  private boolean closed;

  MemoryAppendFile(MemoryDisk disk, String name, MemoryFile file) {
    this.disk = disk;
    this.name = name;
    this.file = file;
  }

  @Override
  public String name() {
    return MemoryDirectory.plain(name);
  }

  @Override
  public long length() {
    synchronized (disk) {
      return file.length();
    }
  }

  @Override
  public void append(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    synchronized (disk) {
      checkUsable();
      long index = disk.begin(OperationKind.APPEND, name);
      long room = disk.room();
      if (room < length) {
        // What fits is written first: a full disk leaves a part.
        file.append(source, offset, (int) room);
        failed = true;
        throw new DiskFullException(
            disk.path(name) + ": cannot append " + length + " bytes: " + room + " free", null);
      }
      file.append(source, offset, length);
      disk.end(OperationKind.APPEND, name, index);
    }
  }

  @Override
  public void sync() {
    synchronized (disk) {
      checkUsable();
      disk.sync(file, OperationKind.SYNC, name, 0, file.length());
    }
  }

  @Override
  public void close() {
    synchronized (disk) {
      if (closed) {
        return;
      }
      long index = disk.begin(OperationKind.CLOSE, name);
      closed = true;
      disk.end(OperationKind.CLOSE, name, index);
    }
  }

  private void checkUsable() {
    if (closed) {
      throw new IllegalStateException(disk.path(name) + ": the file is closed");
    }
    if (failed) {
      throw new StorageException(
          disk.path(name) + ": an earlier write failed, so the file is given up", null);
    }
  }
}
