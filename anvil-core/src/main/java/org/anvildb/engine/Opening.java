package org.anvildb.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.OptionsMismatchException;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.Storage;
import org.anvildb.table.Codecs;
import org.anvildb.version.FileName;
import org.anvildb.version.ManifestReader;
import org.anvildb.version.RecoveredVersion;
import org.anvildb.version.Version;
import org.jspecify.annotations.Nullable;

/**
 * Opens a database: one path creates it, reopens it and recovers it.
 *
 * <ol>
 *   <li>look at the directory without touching it: is it ours, is it empty, may it be created;
 *   <li>take the lock;
 *   <li>read CURRENT and the manifest: the version;
 *   <li>open every table of the version: each is present, whole, and the one that was written;
 *   <li>replay the log behind the version; of more memtables than may wait, write the oldest into
 *       tables;
 *   <li>start a new manifest, which names these tables and the first segment that still counts;
 *   <li>let a new segment follow the old ones, or start a new log if none counts any more; delete
 *       files of ours that nothing names, leave foreign ones alone.
 * </ol>
 *
 * <p>A crash at any point leaves a state from which the same steps lead to the same result: nothing
 * is deleted before the manifest that makes it superfluous is on disk.
 */
public final class Opening {
  private static final System.Logger LOG = System.getLogger("org.anvildb");
  private static final int NAMES_SHOWN = 5;

  private final Environment environment;
  private final DatabaseOptions options;
  private final Storage storage;

  private Opening(Environment environment, DatabaseOptions options) {
    this.environment = environment;
    this.options = options;
    this.storage = environment.storage();
  }

  /**
   * Opens a database. The environment belongs to it from then on; when opening fails, what it holds
   * is closed.
   */
  public static Engine open(Environment environment, DatabaseOptions options) {
    boolean opened = false;
    try {
      Engine engine = new Opening(environment, options).run();
      opened = true;
      return engine;
    } finally {
      if (!opened) {
        environment.scheduler().close();
        environment.storage().close();
      }
    }
  }

  private Engine run() {
    ManifestReader.refuseForeign(storage);
    checkDirectory();
    DirectoryLock lock = storage.lock(options.lockTimeout());
    boolean opened = false;
    try {
      RecoveredVersion recovered = ManifestReader.read(storage);
      checkExistence(recovered != null);
      Codecs codecs = Codecs.load();
      Version version = recovered == null ? create(codecs) : recovered.version();
      Engine engine =
          new Assembly(environment, options, codecs, lock).build(version, recovered == null);
      opened = true;
      return engine;
    } finally {
      if (!opened) {
        lock.close();
      }
    }
  }

  /** Refuses a directory that is not ours before anything in it is touched. */
  private void checkDirectory() {
    List<String> foreign = new ArrayList<>();
    boolean ours = false;
    for (String name : storage.list()) {
      FileName file = FileName.parse(name);
      if (file == null) {
        foreign.add(name);
      } else if (file.kind() != FileName.Kind.LOCK) {
        ours = true;
      }
    }
    if (foreign.isEmpty()) {
      return;
    }
    String shown = String.join(", ", foreign.subList(0, Math.min(NAMES_SHOWN, foreign.size())));
    if (!ours) {
      throw new NotADatabaseException(
          storage.location()
              + " is not empty and holds no database, but "
              + foreign.size()
              + " other files ("
              + shown
              + (mayCreate()
                  ? "); choose an empty directory, or one that does not exist"
                  : "); check the path"));
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "AnvilDB at {0}: {1} foreign files are left alone ({2})",
        storage.location(),
        foreign.size(),
        shown);
  }

  private void checkExistence(boolean exists) {
    if (exists && options.errorIfExists()) {
      throw new OptionsMismatchException(
          "a database already exists at "
              + storage.location()
              + " (errorIfExists=true); choose another directory, or leave the option out");
    }
    if (!exists && !mayCreate()) {
      throw new NotADatabaseException(
          "there is no database at "
              + storage.location()
              + (options.readOnly()
                  ? " (readOnly=true); check the path, or open it for writing, with createIfMissing"
                  : " (createIfMissing=false); check the path, or open it with createIfMissing"));
    }
  }

  private boolean mayCreate() {
    return options.createIfMissing() && !options.readOnly();
  }

  private Version create(Codecs codecs) {
    codecs.byName(options.keyspaceDefaults().codec());
    UUID id = new UUID(environment.random().nextLong(), environment.random().nextLong());
    return Version.initial(id, environment.random().nextLong(), options.keyspaceDefaults());
  }

  /** Tells whether a file of ours is part of a version, or of what is written now. */
  private static boolean isLive(
      FileName file, Version version, long manifest, long firstSegment, Set<Long> replayed) {
    return switch (file.kind()) {
      case CURRENT, LOCK -> true;
      case CURRENT_DRAFT -> false;
      case MANIFEST -> file.number() >= manifest;
      case WAL -> file.number() >= firstSegment || replayed.contains(file.number());
      case TABLE -> isTable(file.number(), version);
    };
  }

  private static boolean isTable(long number, Version version) {
    return version.keyspaces().stream()
        .anyMatch(keyspace -> keyspace.levels().levelOf(number) >= 0);
  }

  /**
   * Returns the file names that were left behind by a crash or a failed deletion.
   *
   * @param firstSegment the segment that this process writes first
   * @param replayed the older segments that it reads from
   */
  static List<String> orphans(
      Storage storage, Version version, long manifest, long firstSegment, Set<Long> replayed) {
    List<String> orphans = new ArrayList<>();
    for (String name : storage.list()) {
      @Nullable FileName file = FileName.parse(name);
      if (file != null && !isLive(file, version, manifest, firstSegment, replayed)) {
        orphans.add(name);
      }
    }
    return orphans;
  }
}
