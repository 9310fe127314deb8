package org.anvildb.backup;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.anvildb.api.AnvilException;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Database;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.ReadOnlyException;
import org.anvildb.api.StorageException;
import org.anvildb.api.VerifyReport;
import org.anvildb.engine.Engine;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.FileCopy;
import org.anvildb.storage.FileNames;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;

/**
 * A directory of backups, each of which can be restored by itself. A table that several of them
 * have is stored once, so a backup takes the room of what was written since the one before.
 *
 * <pre>{@code
 * try (BackupDirectory backups = BackupDirectory.open(Path.of("backups"))) {
 *   BackupInfo made = backups.create(db);
 *   backups.prune(7);
 * }
 * }</pre>
 *
 * <p>A backup is there when its manifest is, which is written last and becomes visible by one
 * rename: a crash leaves none or a whole one, and never harms others. What it left is deleted by
 * the next backup.
 *
 * <p>Either one has the directory open to change it, or any number of processes have it open {@link
 * #openReadOnly read-only}; in one JVM it is open once. Thread-safe, one call after the other.
 */
public final class BackupDirectory implements AutoCloseable {
  private static final String NAME_BACKUPS = "name the directory that `backup` wrote to";

  private final Storage storage;
  private final DirectoryLock lock;
  private final InstantSource clock;
  private final boolean readOnly;
  private final BackupFiles files;
  private final BackupSweep sweep;

  private BackupDirectory(
      Storage storage, DirectoryLock lock, InstantSource clock, boolean readOnly) {
    this.storage = storage;
    this.lock = lock;
    this.clock = clock;
    this.readOnly = readOnly;
    files = new BackupFiles(storage);
    sweep = new BackupSweep(storage, lock, files);
  }

  /**
   * Opens a directory of backups.
   *
   * @param directory the directory; it is made if it does not exist, its parent must exist
   * @return the directory; close it
   * @throws org.anvildb.api.LockedException if it is open already
   * @throws NotADatabaseException if it holds other files, and no backups
   */
  public static BackupDirectory open(Path directory) {
    return open(LocalStorage.open(directory, true, false), InstantSource.system());
  }

  /**
   * Opens a directory of backups that exists.
   *
   * @param directory the directory
   * @return the directory; close it
   * @throws org.anvildb.api.LockedException if it is open already
   * @throws NotADatabaseException if it does not exist, or holds other files and no backups
   * @throws ReadOnlyException if it can't be written; {@link #openReadOnly} reads it
   */
  public static BackupDirectory openExisting(Path directory) {
    return open(existing(directory, false), InstantSource.system(), Use.EXTEND);
  }

  /**
   * Opens a directory of backups that exists, to list, verify and restore them. Nothing in it is
   * changed or created, so it may lie on a medium that can't be written.
   *
   * <p>Other processes may have it open read-only, too. They and one that makes a backup exclude
   * each other, unless the file {@code LOCK} is missing or can't be read.
   *
   * @param directory the directory
   * @return the directory, of which {@link #create}, {@link #delete} and {@link #prune} throw
   *     {@link ReadOnlyException}; close it
   * @throws org.anvildb.api.LockedException if it is open already, in this JVM or to be changed
   * @throws NotADatabaseException if it does not exist, or holds other files and no backups
   */
  public static BackupDirectory openReadOnly(Path directory) {
    return open(existing(directory, true), InstantSource.system(), Use.READ);
  }

  private static Storage existing(Path directory, boolean readOnly) {
    try {
      return LocalStorage.open(directory, false, readOnly);
    } catch (NotADatabaseException e) {
      throw new NotADatabaseException(
          directory.toAbsolutePath() + ": does not exist; " + NAME_BACKUPS, e);
    }
  }

  /**
   * Opens a directory of backups on parts of the caller's choice, for tests.
   *
   * @param storage where the files are; closed with this
   * @param clock tells the time of a new backup
   * @return the directory; close it
   */
  public static BackupDirectory open(Storage storage, InstantSource clock) {
    return open(storage, clock, Use.CREATE);
  }

  private static BackupDirectory open(Storage storage, InstantSource clock, Use use) {
    // Here, too, as taking the lock makes a file; below again, as that may have been long ago.
    refuseForeign(storage, use);
    DirectoryLock lock = storage.lock(Duration.ZERO);
    boolean opened = false;
    try {
      refuseForeign(storage, use);
      opened = true;
      return new BackupDirectory(storage, lock, clock, use == Use.READ);
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  private static void refuseForeign(Storage storage, Use use) {
    int foreign = 0;
    for (String name : storage.list()) {
      if (BackupFiles.isOurs(name)) {
        return;
      }
      foreign += name.equals(FileNames.LOCK) ? 0 : 1;
    }
    if (foreign > 0) {
      throw new NotADatabaseException(
          storage.location()
              + " holds no backups, but "
              + foreign
              + " other files; "
              + (use == Use.CREATE
                  ? "choose an empty directory, or one that does not exist"
                  : NAME_BACKUPS));
    }
  }

  private void ensureWritable() {
    if (readOnly) {
      throw new ReadOnlyException(
          storage.location() + ": the backups were opened read-only; open them to be changed");
    }
  }

  /**
   * Makes a backup of an open database, while it is written to: of one moment during the call, with
   * every write that was acknowledged before. It is on disk when this returns.
   *
   * <p>Each table that is stored is checked before, all of it. One that an earlier backup has is
   * read there and checked, and not copied again; where that copy is missing, damaged or can't be
   * read, the table is stored once more, so that no damage passes on to later backups. Until this
   * returns, the database keeps the files of the moment, which takes room if they are merged away
   * meanwhile.
   *
   * @param database an open database of this library
   * @return what was made
   * @throws ReadOnlyException if the directory was opened read-only
   * @throws CorruptionException if a table of the database is missing or damaged that no earlier
   *     backup has sound, or a file has a number that no directory comes to; nothing was made
   * @throws StorageException if a disk fails or is full; nothing was made then, unless the message
   *     says that the backup may be there. Neither the database nor other backups are the worse for
   *     it
   */
  public synchronized BackupInfo create(Database database) {
    if (!(database instanceof Engine engine)) {
      throw new IllegalArgumentException("the database is none of this library");
    }
    ensureWritable();
    lock.ensureValid();
    boolean done = false;
    try {
      BackupInfo info = make(engine);
      done = true;
      return info;
    } finally {
      if (!done) {
        giveBack();
      }
    }
  }

  private BackupInfo make(Engine engine) {
    long createdMillis = clock.millis();
    List<BackupManifest> present = sweep.run();
    UUID id = engine.databaseId();
    long number = files.nextBackup();
    CapturedFiles captured =
        new CapturedFiles(storage, files.tables(present, id), files.nextStored(present));
    captured.check(engine.tables());
    long lastSequence = engine.capture(captured);
    BackupManifest made =
        new BackupManifest(number, createdMillis, id, lastSequence, captured.all());
    storage.syncDirectory();
    write(made);
    return made.info();
  }

  /** Deletes what was written of a backup that failed: the disk may be full. */
  private void giveBack() {
    try {
      sweep.run();
    } catch (AnvilException e) {
      // The failure of the backup is the one to tell; the next one, or the next opening, tries
      // again.
    }
  }

  /** Puts a manifest in place, all of whose files are durable by now. */
  private void write(BackupManifest manifest) {
    byte[] bytes = BackupFormat.encode(manifest);
    try (AppendFile draft = storage.create(BackupFormat.DRAFT)) {
      draft.append(bytes, 0, bytes.length);
      draft.sync();
    }
    lock.ensureValid();
    String name = BackupFormat.manifestName(manifest.number());
    storage.rename(BackupFormat.DRAFT, name);
    try {
      storage.syncDirectory();
    } catch (StorageException e) {
      withdraw(name, e);
      throw e;
    }
  }

  /** Takes a manifest back that is in place, but of which nobody knows whether it is durable. */
  private void withdraw(String name, StorageException failure) {
    try {
      storage.delete(name);
    } catch (StorageException e) {
      failure.addSuppressed(e);
      throw new StorageException(
          storage.location()
              + "/"
              + name
              + ": the disk failed when the backup was complete; it may be there: verify or delete"
              + " it",
          failure);
    }
  }

  /**
   * Lists the backups whose manifests are sound; {@link #verify()} tells of others.
   *
   * @return the backups, oldest first
   */
  public synchronized List<BackupInfo> list() {
    List<BackupInfo> infos = new ArrayList<>();
    for (long number : files.numbers()) {
      BackupManifest manifest = files.readIfSound(number);
      if (manifest != null) {
        infos.add(manifest.info());
      }
    }
    return infos;
  }

  /**
   * Reads every byte of all backups and compares lengths and checksums.
   *
   * @return what was checked, and each thing that is wrong; entries are not counted
   */
  public synchronized VerifyReport verify() {
    BackupVerification verification = new BackupVerification(storage);
    for (long number : files.numbers()) {
      verification.manifest(BackupFormat.manifestName(number), () -> files.read(number));
    }
    return verification.report();
  }

  /**
   * Reads every byte of one backup and compares lengths and checksums.
   *
   * @param number its number
   * @return what was checked, and each thing that is wrong; entries are not counted
   * @throws IllegalArgumentException if there is no such backup
   */
  public synchronized VerifyReport verify(long number) {
    files.ensureExists(number);
    BackupVerification verification = new BackupVerification(storage);
    verification.manifest(BackupFormat.manifestName(number), () -> files.read(number));
    return verification.report();
  }

  /**
   * Makes a database of a backup. The directory becomes visible when all of it is copied, verified
   * and on disk; until then it is {@code directory.incomplete} beside it, a name that is the
   * library's: a closed database that bears it is taken for what a crash left, and deleted.
   *
   * @param number the number of the backup
   * @param directory where the database will be: nothing, or an empty directory; its parent exists
   * @throws IllegalArgumentException if there is no such backup
   * @throws CorruptionException if a file of the backup is missing or damaged; nothing was made
   * @throws NotADatabaseException if the directory holds files, or {@code directory.incomplete}
   *     such as are none of a database's
   */
  public synchronized void restore(long number, Path directory) {
    files.ensureExists(number);
    BackupManifest manifest = files.read(number);
    for (StoredFile file : manifest.files()) {
      BackupVerification.ensurePresent(storage, file);
    }
    try (DirectoryDraft draft = storage.draft(directory)) {
      for (StoredFile file : manifest.files()) {
        int checksum = FileCopy.copy(storage, file.storedName(), draft.storage(), file.name());
        BackupVerification.ensureSame(file, checksum);
      }
      draft.publish();
    }
  }

  /**
   * Deletes a backup, also one that can't be read, and the files that no other one has.
   *
   * @param number its number
   * @return whether it existed
   * @throws ReadOnlyException if the directory was opened read-only
   */
  public synchronized boolean delete(long number) {
    ensureWritable();
    if (!files.numbers().contains(number)) {
      return false;
    }
    lock.ensureValid();
    storage.delete(BackupFormat.manifestName(number));
    // Here, too: while another manifest can't be read, the sweep deletes and syncs nothing.
    storage.syncDirectory();
    sweep.run();
    return true;
  }

  /**
   * Deletes all but the newest backups of each database. Only sound ones count: those whose
   * manifest can be read and whose files are there in their lengths. One whose manifest can't be
   * read neither counts nor is deleted, and the files of the others stay until it is ({@link
   * #delete}).
   *
   * <p>Databases are told apart by {@link BackupInfo#databaseId}, so one that is backed up often
   * takes no backup from another one in the same directory.
   *
   * @param keep how many sound ones stay of each database, at least 1
   * @return how many were deleted
   * @throws ReadOnlyException if the directory was opened read-only
   */
  public synchronized int prune(int keep) {
    if (keep < 1) {
      throw new IllegalArgumentException("keep must be at least 1, but is " + keep);
    }
    ensureWritable();
    List<Long> superseded = files.superseded(keep);
    superseded.forEach(this::delete);
    return superseded.size();
  }

  /** Lets go of the directory, once a call under way has ended. A second close does nothing. */
  @Override
  public synchronized void close() {
    try (storage) {
      lock.close();
    }
  }

  /** What a directory is opened for. */
  private enum Use {
    CREATE,
    EXTEND,
    READ
  }
}
