package org.anvildb.repair;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.anvildb.api.Database;
import org.anvildb.api.FormatException;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.RepairReport;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.Storage;
import org.anvildb.table.Codecs;
import org.anvildb.table.StoredTable;
import org.anvildb.version.FileName;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.ManifestSalvage;
import org.anvildb.version.Version;
import org.jspecify.annotations.Nullable;

/**
 * Builds a new database out of everything that verifies of a damaged one, of which it changes
 * nothing. Used once.
 *
 * <ol>
 *   <li>the manifest, as far as it verifies: keyspaces, levels, where the log begins;
 *   <li>the tables it names, block by block; others where it does not tell all;
 *   <li>of each key the newest entry that is left; tombstones hide what is older;
 *   <li>upon that the records of the log that verify, in the order of their numbers.
 * </ol>
 */
public final class Repair {
  private static final int NO_KEYSPACE = -1;

  private final Storage damaged;
  private final RepairTally tally = new RepairTally();

  private Repair(Storage damaged) {
    this.damaged = damaged;
  }

  /**
   * Repairs.
   *
   * @param damaged the directory of the damaged database; only read
   * @param opener makes the new, empty database with the options of its default keyspace; closed
   *     when this returns
   * @return what was saved and lost
   * @throws NotADatabaseException if the directory has no file of a database
   * @throws org.anvildb.api.FormatException if a newer version or another engine wrote it
   */
  public static RepairReport run(Storage damaged, Function<KeyspaceOptions, Database> opener) {
    try (DirectoryLock lock = damaged.lock(Duration.ZERO)) {
      lock.ensureValid();
      return new Repair(damaged).run(opener);
    }
  }

  private RepairReport run(Function<KeyspaceOptions, Database> opener) {
    List<String> names = names();
    ManifestSalvage.Found found = ManifestSalvage.read(damaged, tally::lose);
    Codecs codecs = Codecs.load();
    try (var tables = new TableLayout(damaged, found, codecs, tally);
        var log = new SalvagedLog(damaged, found, tally)) {
      tables.read(names);
      log.read(names, found.databaseId() != null);
      boolean isJoined = isOneKeyspace(found.version(), tables, log);
      try (Database target = opener.apply(defaults(found.version(), tables, codecs, isJoined))) {
        var keyspaces = new SavedKeyspaces(target, found.version(), found.isComplete(), tally);
        var writer = new RepairWriter(target, keyspaces);
        log.older(writer::apply);
        for (Part part : parts(found.version(), tables, keyspaces, codecs, isJoined)) {
          new TableMerge(part.sources(), tally).run(writer.tables(part.keyspace(), log.hasOlder()));
          part.sources().forEach(source -> tally.table(source.blocksRead()));
        }
        log.newest(writer::apply);
        writer.write();
        target.sync();
        doubt(found, tables);
        return tally.report(keyspaces.counted());
      }
    }
  }

  /** The tables that become one keyspace. */
  private record Part(Keyspace keyspace, List<TableSource> sources) {}

  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (String name : damaged.list()) {
      FileName file = FileName.parse(name);
      if (file != null && file.kind() != FileName.Kind.LOCK) {
        names.add(name);
      }
    }
    if (names.isEmpty()) {
      throw new NotADatabaseException(
          damaged.location() + " holds no file of a database; check the path");
    }
    tally.files(names.size());
    return names;
  }

  /** Tells whether tables that no manifest names can only be those of the default keyspace. */
  private static boolean isOneKeyspace(
      @Nullable Version version, TableLayout tables, SalvagedLog log) {
    boolean isAlone = version == null || version.nextKeyspace() == 1;
    return tables.unnamed().size() == 1
        && isAlone
        && log.keyspaces(2).stream().allMatch(id -> id == KeyspaceVersion.DEFAULT_ID);
  }

  /** Returns the options that the default keyspace of the new database gets. */
  private KeyspaceOptions defaults(
      @Nullable Version version, TableLayout tables, Codecs codecs, boolean isJoined) {
    if (version == null) {
      return isJoined ? options(first(tables), codecs) : KeyspaceOptions.defaults();
    }
    KeyspaceOptions stored =
        Objects.requireNonNull(version.keyspace(KeyspaceVersion.DEFAULT_ID)).options();
    try {
      codecs.byName(stored.codec());
      return stored;
    } catch (IllegalArgumentException e) {
      tally.doubt("the codec " + stored.codec() + " is not there; the default keyspace has none");
      return stored.withCodec(KeyspaceOptions.NONE);
    }
  }

  /** Returns the options that tables without a name were written with. */
  private static KeyspaceOptions options(List<StoredTable> unnamed, Codecs codecs) {
    try {
      return unnamed.getFirst().options(codecs);
    } catch (FormatException e) {
      return KeyspaceOptions.defaults();
    }
  }

  private List<Part> parts(
      @Nullable Version version,
      TableLayout tables,
      SavedKeyspaces keyspaces,
      Codecs codecs,
      boolean isJoined) {
    List<Part> parts = new ArrayList<>();
    if (version != null) {
      for (KeyspaceVersion keyspace : version.keyspaces()) {
        int id = keyspace.id();
        Keyspace handle = Objects.requireNonNull(keyspaces.byId(id, ""));
        boolean takesAll = isJoined && id == KeyspaceVersion.DEFAULT_ID;
        parts.add(new Part(handle, takesAll ? tables.joined(id, first(tables)) : tables.named(id)));
      }
    } else if (isJoined) {
      Keyspace handle = Objects.requireNonNull(keyspaces.byId(KeyspaceVersion.DEFAULT_ID, ""));
      parts.add(new Part(handle, tables.joined(KeyspaceVersion.DEFAULT_ID, first(tables))));
    }
    for (List<StoredTable> group : isJoined ? List.<List<StoredTable>>of() : tables.unnamed()) {
      Keyspace handle = keyspaces.nameless("recovered", options(group, codecs));
      parts.add(new Part(handle, tables.joined(NO_KEYSPACE, group)));
    }
    return parts;
  }

  private static List<StoredTable> first(TableLayout tables) {
    return tables.unnamed().iterator().next();
  }

  private void doubt(ManifestSalvage.Found found, TableLayout tables) {
    if (found.version() == null) {
      tally.doubt(
          "no manifest verifies: the age of tables is guessed by their numbers, deleted entries may"
              + " be back, and the names and the number of keyspaces are not known");
    } else if (!found.isComplete()) {
      tally.doubt(
          "the end of the manifest is lost: tables that it neither names nor retired are taken for"
              + " newer ones, deleted entries and dropped keyspaces may be back");
    } else if (!tables.unnamed().isEmpty()) {
      tally.doubt(
          "a table that the manifest names is lost: tables that it does not name fill in what no"
              + " other has, deleted entries may be back");
    }
  }
}
