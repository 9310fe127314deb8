package org.anvildb.api;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * An open database: its default keyspace, and all that concerns the whole.
 *
 * <p>Open one with {@code Anvil.open(path)} and close it. A directory is open to one writer at a
 * time, or to read-only openings ({@link DatabaseOptions#readOnly()}), on one machine. All methods
 * are safe for any number of threads, platform or virtual.
 *
 * <p>What {@link Keyspace} declares concerns the default keyspace here: {@link #options()} are its
 * options (those of the database are in {@link #stats()}), and {@link #compact(KeyRange)} compacts
 * a range of it, while {@link #compact()} compacts all keyspaces.
 *
 * <p>The first write, sync or background job that fails poisons the database, as does a read for
 * which the disk reports an I/O error: later writes fail fast with a {@link PoisonedException} that
 * carries the cause, reads go on, and closing and reopening recovers all that was acknowledged. A
 * read that finds a wrong checksum is a {@link CorruptionException} and concerns that read alone.
 *
 * <p>A full disk is no such failure where it hits a file that nothing names yet, a new log file or
 * table: writes fail with a {@link DiskFullException} and change nothing, reads go on, and {@link
 * #resume()} tells what makes it writable again. A write that finds no room for a new log file is
 * refused alone, and the next one tries again.
 */
public interface Database extends Keyspace, AutoCloseable {
  /** The name of the keyspace that the methods of the database itself read and write. */
  String DEFAULT_KEYSPACE = "default";

  /**
   * Returns the keyspace of a name, creating it with the database's default options if need be: a
   * name that does not exist is created, durably. {@link #findKeyspace} only looks.
   *
   * @param name 1 to {@value Limits#MAX_KEYSPACE_NAME_BYTES} bytes in UTF-8
   * @return the keyspace
   * @throws ReadOnlyException if it does not exist and the database is read-only
   * @throws IllegalArgumentException if the name is empty or too long, or it is to be created and
   *     no codec has the name that {@link DatabaseOptions#keyspaceDefaults()} wants
   */
  Keyspace keyspace(String name);

  /**
   * Looks for the keyspace of a name; creates none.
   *
   * <pre>{@code
   * Keyspace orders = db.findKeyspace("orders").orElseThrow();
   * }</pre>
   *
   * @param name 1 to {@value Limits#MAX_KEYSPACE_NAME_BYTES} bytes in UTF-8
   * @return the keyspace, or nothing if there is none of that name
   * @throws IllegalArgumentException if the name is empty or too long
   */
  Optional<Keyspace> findKeyspace(String name);

  /**
   * Returns the keyspace of a name, creating it with the given options if need be.
   *
   * @param name 1 to {@value Limits#MAX_KEYSPACE_NAME_BYTES} bytes in UTF-8
   * @param options the options to create it with
   * @return the keyspace
   * @throws OptionsMismatchException if it exists with other options
   * @throws IllegalArgumentException if the name is empty or too long, or no codec has the name
   *     that the options want
   */
  Keyspace keyspace(String name, KeyspaceOptions options);

  /**
   * Lists the keyspaces by name, in the order of their creation; the default one is first.
   *
   * @return their names
   */
  List<String> keyspaces();

  /**
   * Drops a keyspace with all its entries. Its files are deleted when nothing reads them any more;
   * handles to it answer with {@link ClosedException} from then on, also through snapshots that
   * were taken before. Cursors that are open go on to their end.
   *
   * @param name its name
   * @return whether it existed
   * @throws IllegalArgumentException for the default keyspace
   */
  boolean dropKeyspace(String name);

  /**
   * Starts an empty batch for {@link #write(WriteBatch)}.
   *
   * @return a batch that belongs to the calling thread and can be reused with {@link
   *     WriteBatch#clear()}
   */
  WriteBatch newBatch();

  /**
   * Applies a batch atomically: after a crash either all of its operations are there or none, and
   * no reader sees a part of it.
   *
   * @param batch the batch; it is unchanged and may be written again or cleared
   * @throws ClosedException if a keyspace of the batch was dropped; then nothing is written
   * @throws IllegalArgumentException if the batch belongs to another database
   */
  void write(WriteBatch batch);

  /**
   * Applies a batch atomically.
   *
   * @param batch the batch
   * @param durability what must have happened to the write before this method returns
   */
  void write(WriteBatch batch, Durability durability);

  /**
   * Applies a batch atomically. It is visible when this method returns, and the future completes
   * when it is as durable as the database was asked to make it: what holds for {@link #putAsync}
   * holds here, too.
   *
   * @param batch the batch
   * @return a future that completes when the write is durable
   */
  CompletableFuture<@Nullable Void> writeAsync(WriteBatch batch);

  /**
   * Opens a view of this moment over all keyspaces. It stands still whatever is written later, and
   * keeps overwritten values (not files) alive until it is closed. A keyspace that is dropped later
   * is the exception: its entries are gone from the snapshot, too.
   *
   * @return the snapshot
   */
  Snapshot snapshot();

  /**
   * Returns when everything written so far, by any thread, is on disk.
   *
   * @throws PoisonedException if an earlier failure, or this sync, poisoned the database
   * @throws ReadOnlyException if the database was opened read-only
   */
  void sync();

  /**
   * Compacts every keyspace down to one last level; returns when it is done, which takes as long as
   * reading and writing all data. Reads and writes go on meanwhile.
   *
   * @throws PoisonedException if the database is poisoned
   * @throws DiskFullException if there is no room for the new tables; nothing is lost
   * @throws ReadOnlyException if the database was opened read-only
   * @throws InterruptedOperationException if the thread was interrupted while it waited; merges
   *     that have begun go on
   */
  void compact();

  /**
   * Makes a copy of the whole database, which can be opened like any other, while writers go on: of
   * one moment during the call, so that it holds every write that was acknowledged before, and a
   * prefix of those under way. When this returns, the copy is on disk, whatever the durability of
   * the writes was; a crash before leaves none.
   *
   * <p>Tables are not copied but linked, on the same file system, and take no room until this
   * database merges them away. The part of the log that is in no table yet is copied, at most a few
   * times {@link DatabaseOptions#memtableBytes()}: that, and a handful of syncs, is the time it
   * takes.
   *
   * <p>A database in memory makes its copy within that memory, where only another opening of the
   * same storage finds it: to keep one, take a backup.
   *
   * @param directory where the copy will be: nothing, or an empty directory; its parent exists. It
   *     is made beside it, as {@code directory.incomplete}. That name is the library's: a closed
   *     database that bears it is taken for what a crash left, and deleted
   * @throws NotADatabaseException if the directory holds files, or {@code directory.incomplete}
   *     such as are none of a database's
   * @throws LockedException if another checkpoint to the same directory is under way
   * @throws CorruptionException if the file of a table is missing, has another length, or is
   *     damaged where an opening would find it; no directory was made. The rest of the tables is
   *     not read: {@link #verify()} does that
   * @throws StorageException if the disk fails or is full; this database is none the worse for it.
   *     No directory was made, unless the message says that it may be there
   */
  void checkpoint(Path directory);

  /**
   * Reports what the database is made of and what it has done since it was opened.
   *
   * @return the figures of this moment
   */
  Stats stats();

  /**
   * Reads every byte of every table of this moment and checks checksums, order and structure. The
   * manifest and the log are in use meanwhile, and not looked at: {@code Anvil.verify} checks them,
   * too, in a closed database or a checkpoint. {@link VerifyReport#records()} is 0 here.
   *
   * @return what was checked, and each thing that is wrong
   */
  VerifyReport verify();

  /**
   * Tells whether the database still accepts writes.
   *
   * @return the present state
   */
  Health health();

  /**
   * Makes a database writable again whose disk was full, once there is room: {@link
   * Health.DiskFull}. It writes what waits in memory into tables, on the background thread, and
   * returns when that is done; merges that failed are tried again after it, in the background, and
   * may find the disk full once more. Does nothing if the database is healthy.
   *
   * <p>Nobody has to call it: a write that is refused as the disk was full has the database try by
   * itself, in the background, at most once a second; writes work again when such an attempt
   * succeeded. This method does the same at once, and tells what came of it.
   *
   * @throws DiskFullException if there still is too little room; nothing was changed
   * @throws PoisonedException if the database is poisoned, by an earlier failure or by one of this
   *     attempt: only reopening recovers then
   * @throws ReadOnlyException if the database was opened read-only
   * @throws ClosedException if the database is closed
   * @throws InterruptedOperationException if the thread was interrupted while it waited; the
   *     attempt goes on
   * @throws StorageException if the attempt could not be started, as when the system starts no more
   *     threads; it may be tried again
   */
  void resume();

  /**
   * Closes the database: lets writes under way come to their end, writes what is in memory into
   * tables, and releases the lock. Reads under way on other threads end as usual or with a {@link
   * ClosedException}. When it returns, all writes are on disk; where they could not be brought
   * there, it still closes everything, then throws. A second close does nothing.
   *
   * <p>It waits 60 seconds at most for the tables to be written, what is left then stays in the
   * log; as long for each sync of the log, and for background work of each kind that is under way;
   * 5 seconds for merges, and only where tables abound that wait for them; 2 seconds for files to
   * be deleted. Where the disk hangs in the middle of a flush that writers wait for, or in the sync
   * of the manifest, it waits with it.
   *
   * <p>A database that nobody closed is closed when the collector finds that nobody can use it any
   * more, with a warning that names the place of its opening. That is a safety net: what was
   * acknowledged is safe without it, but the directory stays locked until then.
   *
   * @throws StorageException if writes could not be brought onto the disk, or a file not be closed
   * @throws PoisonedException if the database was poisoned and what had been written could not be
   *     brought onto the disk
   * @throws IllegalStateException from a function that was given to {@link #read}
   */
  @Override
  void close();
}
