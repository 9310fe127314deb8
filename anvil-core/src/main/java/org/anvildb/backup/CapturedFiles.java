package org.anvildb.backup;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.StorageException;
import org.anvildb.api.TooManyOpenFilesException;
import org.anvildb.engine.CheckpointTarget;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.FileCopy;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.anvildb.table.TableMeta;
import org.anvildb.table.TableSeal;
import org.anvildb.version.FileName;

/**
 * What a backup takes of a database: the tables that no earlier backup has sound, and all other
 * files, stored under numbers. It looks like a directory of a database of its own to the engine,
 * which writes the files there that are no tables. Not thread-safe.
 *
 * <p>Nothing counts before the backup's manifest is in place, so syncs of the directory are left to
 * the one that precedes that.
 */
final class CapturedFiles implements CheckpointTarget, Storage {
  private final Storage backups;

  /** The tables that are there, by all that tells one from another. */
  private final Map<Identity, StoredFile> known;

  /** Those of them that were read since, and are sound. */
  private final Set<Identity> checked = new HashSet<>();

  private final List<StoredFile> tables = new ArrayList<>();

  /** The numbers of the other files, by their names in the database. */
  private final Map<String, Long> names = new TreeMap<>();

  private long nextStored;

  /** What tells a table from every other of the same database. */
  private record Identity(long number, long bytes, int footerChecksum) {
    static Identity of(TableMeta table) {
      return new Identity(table.number(), table.fileBytes(), table.footerChecksum());
    }
  }

  /**
   * Starts with no files.
   *
   * @param known tables of the same database that are stored already
   * @param nextStored the first number that is not taken
   */
  CapturedFiles(Storage backups, List<StoredFile> known, long nextStored) {
    this.backups = backups;
    this.known = new HashMap<>();
    for (StoredFile file : known) {
      this.known.put(new Identity(file.number(), file.bytes(), file.footerChecksum()), file);
    }
    this.nextStored = nextStored;
  }

  /**
   * Reads the stored ones of some tables. Called before the database is captured, as it keeps files
   * and memory for a capture, which should not wait until all that is read.
   */
  void check(List<TableMeta> current) {
    for (TableMeta table : current) {
      Identity identity = Identity.of(table);
      StoredFile old = known.get(identity);
      if (old != null && isSound(old, table)) {
        checked.add(identity);
      } else {
        known.remove(identity);
      }
    }
  }

  @Override
  public void table(Storage storage, TableMeta table) {
    Identity identity = Identity.of(table);
    StoredFile old = known.get(identity);
    if (old != null && (checked.contains(identity) || isSound(old, table))) {
      tables.add(old);
    } else {
      tables.add(stored(storage, table));
    }
  }

  /**
   * Reads a stored table. One that rotted would be in every later backup, where its length alone
   * was looked at; neither may one that can't be read end all later backups.
   */
  private boolean isSound(StoredFile file, TableMeta table) {
    try {
      return TableSeal.checkAll(backups, file.storedName(), table) == file.checksum();
    } catch (TooManyOpenFilesException e) {
      throw e;
    } catch (CorruptionException | StorageException e) {
      return false;
    }
  }

  /** Stores a table that is sound: its file may have been damaged since it was opened. */
  private StoredFile stored(Storage storage, TableMeta table) {
    int sound = TableSeal.checkAll(storage, table.fileName(), table);
    long stored = nextStored++;
    int copied = FileCopy.copy(storage, table.fileName(), backups, BackupFormat.storedName(stored));
    if (copied != sound) {
      throw new CorruptionException(
          table.fileName(), -1, "the table changed while it was copied; verify the database");
    }
    return new StoredFile(
        FileName.Kind.TABLE,
        table.number(),
        table.fileBytes(),
        copied,
        table.footerChecksum(),
        stored);
  }

  @Override
  public Storage files() {
    return this;
  }

  /** Returns all files, once the engine has written them; reads those that are no tables. */
  List<StoredFile> all() {
    List<StoredFile> all = new ArrayList<>(tables);
    names.forEach((name, stored) -> {
      FileName file = Objects.requireNonNull(FileName.parse(name), name);
      String storedName = BackupFormat.storedName(stored);
      all.add(
          new StoredFile(
              file.kind(),
              file.number(),
              backups.size(storedName),
              FileCopy.checksum(backups, storedName),
              0,
              stored));
    });
    return all;
  }

  private String stored(String name) {
    Long number = names.get(name);
    if (number == null) {
      throw new StorageException(location() + "/" + name + ": no such file", null);
    }
    return BackupFormat.storedName(number);
  }

  @Override
  public String location() {
    return backups.location();
  }

  @Override
  public List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public boolean exists(String name) {
    return names.containsKey(name);
  }

  @Override
  public long size(String name) {
    return backups.size(stored(name));
  }

  @Override
  public AppendFile create(String name) {
    long number = nextStored++;
    AppendFile file = backups.create(BackupFormat.storedName(number));
    names.put(name, number);
    return new SettledFile(file);
  }

  @Override
  public byte[] read(String name, long offset, int length) {
    return backups.read(stored(name), offset, length);
  }

  @Override
  public void rename(String from, String to) {
    stored(from);
    names.put(to, Objects.requireNonNull(names.remove(from)));
  }

  @Override
  public void delete(String name) {
    backups.delete(stored(name));
    names.remove(name);
  }

  @Override
  public void syncDirectory() {}

  @Override
  public long freeBytes() {
    return backups.freeBytes();
  }

  @Override
  public void close() {}

  @Override
  public DirectoryLock lock(Duration timeout) {
    throw unneeded();
  }

  @Override
  public MappedFile createMapped(String name, long bytes) {
    throw unneeded();
  }

  @Override
  public MappedFile mapWritable(String name) {
    throw unneeded();
  }

  @Override
  public MappedFile map(String name) {
    throw unneeded();
  }

  /**
   * A file that is durable to its last byte when it is closed: the engine lets the last mark of a
   * manifest go without a sync, but the checksum of a backup's file covers that, too.
   */
  private static final class SettledFile implements AppendFile {
    private final AppendFile file;
    private long synced;

    SettledFile(AppendFile file) {
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
      file.sync();
      synced = file.length();
    }

    @Override
    public void close() {
      try (file) {
        if (file.length() > synced) {
          sync();
        }
      }
    }
  }

  private static UnsupportedOperationException unneeded() {
    return new UnsupportedOperationException("a checkpoint is written by appending");
  }
}
