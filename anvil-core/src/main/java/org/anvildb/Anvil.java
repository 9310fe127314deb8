package org.anvildb;

import java.nio.file.Path;
import java.util.random.RandomGenerator;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.RepairReport;
import org.anvildb.api.VerifyReport;
import org.anvildb.engine.CloseReminder;
import org.anvildb.engine.Environment;
import org.anvildb.engine.Opening;
import org.anvildb.inspect.Verifier;
import org.anvildb.repair.Repair;
import org.anvildb.schedule.Scheduler;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.MemoryStorage;

/**
 * The door to AnvilDB: opens and checks databases.
 *
 * <pre>{@code
 * try (Database db = Anvil.open(Path.of("data"))) {
 *   db.put(key, value);
 *   byte[] found = db.get(key);
 * }
 * }</pre>
 */
public final class Anvil {
  private Anvil() {}

  /**
   * Opens the database in a directory with default options: creates it if there is none, recovers
   * what was acknowledged if it was not closed.
   *
   * @param directory the directory; it is made if it does not exist, its parent must exist
   * @return the open database; close it
   * @throws org.anvildb.api.LockedException if it is open already, in this process or another
   * @throws org.anvildb.api.NotADatabaseException if the directory holds other files and none of a
   *     database
   * @throws org.anvildb.api.CorruptionException if files are damaged or missing
   * @throws org.anvildb.api.FormatException if a newer version or another engine wrote it, or a
   *     table needs a codec that no service provides
   */
  public static Database open(Path directory) {
    return open(directory, DatabaseOptions.defaults());
  }

  /**
   * Opens the database in a directory.
   *
   * @param directory the directory; it is made if it does not exist and may be created
   * @param options how to open it
   * @return the open database; close it
   * @throws org.anvildb.api.LockedException if it is open already, in this process or another
   * @throws org.anvildb.api.NotADatabaseException if there is no database and none may be created,
   *     or the directory holds other files and none of a database
   * @throws org.anvildb.api.CorruptionException if files are damaged or missing
   * @throws org.anvildb.api.FormatException if a newer version or another engine wrote it, or a
   *     table needs a codec that no service provides
   * @throws org.anvildb.api.OptionsMismatchException if it exists and {@code errorIfExists} is set
   * @throws org.anvildb.api.ReadOnlyException if the directory can't be written and {@code
   *     readOnly} is not set
   * @throws org.anvildb.api.InterruptedOperationException if the thread was interrupted while it
   *     waited for the lock
   * @throws org.anvildb.api.StorageException if the file system fails
   * @throws IllegalArgumentException if there is no codec of the name that the options want, or the
   *     path is none of the default file system
   * @throws IllegalStateException if codecs that are provided as services claim the same id or name
   */
  public static Database open(Path directory, DatabaseOptions options) {
    Storage storage =
        LocalStorage.open(
            directory, options.createIfMissing() && !options.readOnly(), options.readOnly());
    return watched(storage, options);
  }

  /**
   * Opens a database that lives in memory and is gone when it is closed, with default options.
   *
   * @return the open database; close it
   */
  public static Database openInMemory() {
    return openInMemory(DatabaseOptions.defaults());
  }

  /**
   * Opens a database that lives in memory, outside of the heap, and is gone when it is closed.
   *
   * @param options how to open it
   * @return the open database; close it
   */
  public static Database openInMemory(DatabaseOptions options) {
    return watched(new MemoryStorage(), options);
  }

  /**
   * Opens a database on parts of the caller's choice: for tests that crash the storage, fail it, or
   * run the background work step by step. Unlike the others, a database that is opened like this
   * and not closed is left alone by the collector.
   *
   * <pre>{@code
   * var storage = new MemoryStorage();
   * var scheduler = new InlineScheduler(new Random(42));
   * Database db = Anvil.open(storage, scheduler, new Random(42), DatabaseOptions.defaults());
   * }</pre>
   *
   * @param storage where the files are; closed with the database
   * @param scheduler runs the background work; closed with the database
   * @param random draws the identity and the hash seed of a new database
   * @param options how to open it
   * @return the open database; close it
   */
  public static Database open(
      Storage storage, Scheduler scheduler, RandomGenerator random, DatabaseOptions options) {
    return Opening.open(new Environment(storage, scheduler, random), options);
  }

  /**
   * Reads every byte of a closed database and checks checksums, order and structure; changes
   * nothing.
   *
   * @param directory the directory
   * @return what was checked, and each thing that is wrong
   * @throws org.anvildb.api.LockedException if it is open
   * @throws org.anvildb.api.NotADatabaseException if there is no database
   */
  public static VerifyReport verify(Path directory) {
    try (Storage storage = LocalStorage.open(directory, false, true)) {
      return Verifier.verify(storage, false);
    }
  }

  /**
   * As {@link #verify}, and then reads every table as users' reads do: forward, backward, and key
   * by key through its point index or filter, each version under its own sequence number; holds the
   * answers against each other and against the manifest, and the operations of the log against the
   * keyspaces. Takes several times as long.
   *
   * @param directory the directory
   * @return what was checked, and each thing that is wrong
   * @throws org.anvildb.api.LockedException if it is open
   * @throws org.anvildb.api.NotADatabaseException if there is no database
   */
  public static VerifyReport verifyDeeply(Path directory) {
    try (Storage storage = LocalStorage.open(directory, false, true)) {
      return Verifier.verify(storage, true);
    }
  }

  /**
   * Builds a new database out of everything that verifies of a damaged one, and tells what is lost.
   * Changes nothing in the damaged one, so that it can be tried again, or looked at by hand.
   *
   * <p>Of each key the newest entry counts that is left. Where something newer is lost, that entry
   * may be outdated, or may have been deleted since: the report counts such entries. Where the
   * manifest does not tell all, the age of tables that it does not know is guessed, and deletions
   * in them may hide entries that are newer: a doubt of the report says how many.
   *
   * @param damaged the directory of the damaged database, which must not be open
   * @param target the directory of the new one; it is made if it does not exist, must be empty, and
   *     must not lie in the damaged one. If this throws, what it holds is incomplete: delete it
   * @return what was saved and lost
   * @throws org.anvildb.api.LockedException if the damaged database is open
   * @throws org.anvildb.api.NotADatabaseException if the directory has no file of a database, or
   *     the target is not empty
   * @throws org.anvildb.api.FormatException if a newer version or another engine wrote it
   * @throws IllegalArgumentException if the target lies in the damaged one
   * @throws org.anvildb.api.DiskFullException if the disk has no room for the new database
   */
  public static RepairReport repair(Path damaged, Path target) {
    try (LocalStorage source = LocalStorage.open(damaged, false, true)) {
      return Repair.run(
          source,
          defaults ->
              watched(
                  LocalStorage.openEmpty(target, source),
                  DatabaseOptions.builder().keyspaceDefaults(defaults).build()));
    }
  }

  /** Opens a database on threads; not closed, it is when the collector finds it. */
  private static Database watched(Storage storage, DatabaseOptions options) {
    Scheduler threads = new ThreadScheduler("anvil", options.backgroundThreads());
    var environment = new Environment(storage, threads, RandomGenerator.getDefault());
    return CloseReminder.watch(Opening.open(environment, options));
  }
}
