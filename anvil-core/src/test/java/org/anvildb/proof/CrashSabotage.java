package org.anvildb.proof;

import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;

/**
 * A storage that leaves out what makes things durable, as an engine would that forgot to ask for
 * it: some kinds of syncs, of some files.
 *
 * @param storage does all else
 * @param left the kinds of operations that are left out
 * @param suffix how the names end of the files that are concerned; empty for all
 */
record CrashSabotage(Storage storage, Set<OperationKind> left, String suffix) implements Storage {
  private boolean isLeftOut(OperationKind kind, String name) {
    return left.contains(kind) && (name.endsWith(suffix) || name.startsWith(suffix));
  }

  @Override
  public String location() {
    return storage.location();
  }

  @Override
  public DirectoryLock lock(Duration timeout) {
    return storage.lock(timeout);
  }

  @Override
  public List<String> list() {
    return storage.list();
  }

  @Override
  public boolean exists(String name) {
    return storage.exists(name);
  }

  @Override
  public long size(String name) {
    return storage.size(name);
  }

  @Override
  public AppendFile create(String name) {
    return new UnsyncedFile(storage.create(name));
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    return new UnforcedFile(storage.createMapped(name, bytes));
  }

  @Override
  public MappedFile mapWritable(String name) {
    return new UnforcedFile(storage.mapWritable(name));
  }

  @Override
  public MappedFile map(String name) {
    return storage.map(name);
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    return storage.read(name, offset, length);
  }

  @Override
  public void rename(String from, String to) {
    storage.rename(from, to);
  }

  @Override
  public void delete(String name) {
    storage.delete(name);
  }

  @Override
  public void link(String name, Storage target) {
    storage.link(name, target instanceof CrashSabotage(Storage inside, _, _) ? inside : target);
  }

  /** A draft without its creation under another name bears its own from the beginning. */
  @Override
  public DirectoryDraft draft(Path target) {
    DirectoryDraft draft = storage.draft(target);
    boolean isNamed = isLeftOut(OperationKind.CREATE_DIRECTORY, "");
    if (isNamed) {
      draft.publish();
    }
    Storage files =
        isNamed ? ((MemoryStorage) storage).directory(target.toString()) : draft.storage();
    Storage inside = new CrashSabotage(files, left, suffix);
    return new DirectoryDraft() {
      @Override
      public Storage storage() {
        return inside;
      }

      @Override
      public void publish() {
        if (!isNamed) {
          draft.publish();
        }
      }

      @Override
      public void close() {
        draft.close();
      }
    };
  }

  @Override
  public void syncDirectory() {
    if (!isLeftOut(OperationKind.SYNC_DIRECTORY, "")) {
      storage.syncDirectory();
    }
  }

  @Override
  public long freeBytes() {
    return storage.freeBytes();
  }

  @Override
  public void close() {
    storage.close();
  }

  private final class UnsyncedFile implements AppendFile {
    private final AppendFile file;

    UnsyncedFile(AppendFile file) {
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
      file.append(source, offset, length);
    }

    @Override
    public void sync() {
      if (!isLeftOut(OperationKind.SYNC, name())) {
        file.sync();
      }
    }

    @Override
    public void close() {
      file.close();
    }
  }

  private final class UnforcedFile implements MappedFile {
    private final MappedFile file;

    UnforcedFile(MappedFile file) {
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
    public void force(long offset, long length) {
      if (!isLeftOut(OperationKind.FORCE, name())) {
        file.force(offset, length);
      }
    }

    @Override
    public void close() {
      file.close();
    }
  }
}
