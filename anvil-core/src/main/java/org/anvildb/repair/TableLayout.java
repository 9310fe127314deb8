package org.anvildb.repair;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anvildb.api.AnvilException;
import org.anvildb.api.FormatException;
import org.anvildb.api.RepairReport.Loss;
import org.anvildb.storage.Storage;
import org.anvildb.table.BlockCache;
import org.anvildb.table.Codecs;
import org.anvildb.table.SalvageCursor;
import org.anvildb.table.StoredTable;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.version.FileName;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.ManifestSalvage;
import org.anvildb.version.Version;
import org.jspecify.annotations.Nullable;

/**
 * Which tables of a damaged directory belong to which keyspace, in the order of age. Not
 * thread-safe.
 *
 * <p>What the manifest names stands where it says. Other tables are used only if the manifest does
 * not tell all, or a table that it names is lost; the number of the file then stands for the age. A
 * table that a complete manifest does not name was merged into others, or never finished. One that
 * the manifest tells to be retired is older than what it names, whatever the number, and is used
 * only if a table that it names is lost.
 */
final class TableLayout implements AutoCloseable {
  private final Storage storage;
  private final RepairTally tally;
  private final @Nullable Version version;
  private final boolean isComplete;
  private final Set<Long> retired;
  private final Codecs codecs;
  private final Map<Integer, List<TableSource>> named = new HashMap<>();
  private final List<StoredTable> unnamed = new ArrayList<>();
  private final List<Table> opened = new ArrayList<>();
  private boolean isTableLost;

  TableLayout(Storage storage, ManifestSalvage.Found found, Codecs codecs, RepairTally tally) {
    this.storage = storage;
    this.tally = tally;
    this.version = found.version();
    this.isComplete = found.isComplete();
    this.retired = found.retired();
    this.codecs = codecs;
  }

  /**
   * Looks at all table files.
   *
   * @throws FormatException if a table that counts is sound, but of a later format
   */
  void read(List<String> names) {
    Set<Long> inManifest = new HashSet<>();
    if (version != null) {
      for (KeyspaceVersion keyspace : version.keyspaces()) {
        named.put(keyspace.id(), sources(keyspace, version.hashSeed(), inManifest));
      }
    }
    if (version != null && isComplete && !isTableLost) {
      return;
    }
    for (String name : names.reversed()) {
      FileName file = FileName.parse(name);
      if (file != null
          && file.kind() == FileName.Kind.TABLE
          && !inManifest.contains(file.number())
          && (isTableLost || !retired.contains(file.number()))) {
        readUnnamed(file.number());
      }
    }
    unnamed.sort((a, b) -> Long.compare(b.meta().number(), a.meta().number()));
    leaveOutForeign();
  }

  private List<TableSource> sources(KeyspaceVersion keyspace, long hashSeed, Set<Long> inManifest) {
    List<TableSource> sources = new ArrayList<>();
    for (int level = 0; level <= keyspace.levels().lastUsed(); level++) {
      for (TableMeta meta : keyspace.levels().tables(level)) {
        inManifest.add(meta.number());
        sources.add(source(sources.size(), TableSource.Age.KNOWN, meta, hashSeed));
      }
    }
    return sources;
  }

  private void readUnnamed(long number) {
    try {
      unnamed.add(StoredTable.read(storage, number));
    } catch (FormatException e) {
      throw e;
    } catch (AnvilException e) {
      if (!isComplete) {
        tally.lose(TableMeta.fileName(number), size(number), e);
        tally.doubt(
            "a table of unknown keyspace and age is lost: what it deleted or replaced may be back");
      }
    }
  }

  /** Leaves out the tables of another database: those with another seed than most. */
  private void leaveOutForeign() {
    Map<Long, Integer> seeds = new HashMap<>();
    unnamed.forEach(table -> seeds.merge(table.hashSeed(), 1, Integer::sum));
    long own =
        version != null
            ? version.hashSeed()
            : seeds.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(0L);
    for (StoredTable table : List.copyOf(unnamed)) {
      if (table.hashSeed() != own) {
        unnamed.remove(table);
        TableMeta meta = table.meta();
        tally.lose(new Loss(meta.fileName(), -1, meta.fileBytes(), "belongs to another database"));
      }
    }
  }

  /**
   * Returns the tables that no manifest names, the newest number first, in groups that were written
   * with the same options. A keyspace never changes its options, so those of two groups are of
   * different keyspaces.
   */
  Collection<List<StoredTable>> unnamed() {
    Map<List<Object>, List<StoredTable>> groups = new LinkedHashMap<>();
    for (StoredTable table : unnamed) {
      List<Object> options = List.of(table.codecId(), table.filterPolicy(), table.blockBytes());
      groups.computeIfAbsent(options, _ -> new ArrayList<>()).add(table);
    }
    return groups.values();
  }

  /** Returns the tables that the manifest names of a keyspace, the newest first. */
  List<TableSource> named(int keyspace) {
    return named.getOrDefault(keyspace, List.of());
  }

  /**
   * Returns the named and some unnamed tables as those of one keyspace. Unnamed ones come first if
   * the end of the manifest is lost, since that would have named them; last if it is whole, or
   * tells that they were retired.
   */
  List<TableSource> joined(int keyspace, List<StoredTable> group) {
    List<StoredTable> newer = group.stream().filter(table -> !isOlder(table)).toList();
    List<StoredTable> older = group.stream().filter(this::isOlder).toList();
    List<TableSource> joined = new ArrayList<>();
    add(newer, -newer.size(), TableSource.Age.GUESSED, joined);
    joined.addAll(named(keyspace));
    add(older, named(keyspace).size(), TableSource.Age.FILLS, joined);
    return joined;
  }

  private boolean isOlder(StoredTable unnamed) {
    return isComplete || retired.contains(unnamed.meta().number());
  }

  private void add(
      List<StoredTable> tables, int firstRank, TableSource.Age age, List<TableSource> sources) {
    int rank = firstRank;
    for (StoredTable table : tables) {
      sources.add(source(rank++, age, table.meta(), table.hashSeed()));
    }
  }

  private TableSource source(int rank, TableSource.Age age, TableMeta meta, long hashSeed) {
    try {
      Table table = Table.open(storage, meta, codecs, new BlockCache(0), hashSeed);
      opened.add(table);
      var cursor = new SalvageCursor(table, this::lose);
      isTableLost |= cursor.isIndexLost();
      return new TableSource(rank, age, meta, cursor);
    } catch (AnvilException e) {
      refuseLaterFormat(e, meta.number());
      isTableLost = true;
      tally.lose(meta.fileName(), meta.fileBytes(), e);
      return new TableSource(rank, age, meta, null);
    }
  }

  /**
   * Ends the repair at a sound table that a later version of the library wrote. A codec that is not
   * there is no reason to end: what it took is told as lost.
   */
  private void refuseLaterFormat(AnvilException failure, long number) {
    if (failure instanceof FormatException) {
      try {
        StoredTable.read(storage, number);
      } catch (FormatException e) {
        throw e;
      } catch (AnvilException e) {
        failure.addSuppressed(e);
      }
    }
  }

  private void lose(Loss loss) {
    tally.lose(loss);
  }

  private long size(long number) {
    try {
      return storage.size(TableMeta.fileName(number));
    } catch (AnvilException e) {
      return 0;
    }
  }

  @Override
  public void close() {
    opened.forEach(Table::close);
  }
}
