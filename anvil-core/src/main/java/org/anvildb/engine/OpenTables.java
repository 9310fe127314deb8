package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.anvildb.api.CorruptionException;
import org.anvildb.storage.Closer;
import org.anvildb.storage.Storage;
import org.anvildb.table.BlockCache;
import org.anvildb.table.Codecs;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Version;

/**
 * Every table that is open, by number, so that successive views share one mapping. Thread-safe.
 *
 * <p>A table stays here until its last view is gone; the closing of the database closes what is
 * left, under readers if need be.
 */
final class OpenTables {
  private final Storage storage;
  private final Codecs codecs;
  private final BlockCache cache;
  private final long hashSeed;
  private final Garbage garbage;
  private final RunFilters filters = new RunFilters();

  @GuardedBy("this")
  private final Map<Long, CountedTable> byNumber = new HashMap<>();

  /** Tables that were just written and read back, open, until {@link #open} takes them. */
  @GuardedBy("this")
  private final Map<Long, Table> proved = new HashMap<>();

  @GuardedBy("this")
  private boolean isClosed;

  OpenTables(Storage storage, Codecs codecs, BlockCache cache, long hashSeed, Garbage garbage) {
    this.storage = storage;
    this.codecs = codecs;
    this.cache = cache;
    this.hashSeed = hashSeed;
    this.garbage = garbage;
  }

  /** Opens a table for a first user; whoever calls must release it. */
  CountedTable open(TableMeta meta) {
    Table kept;
    synchronized (this) {
      kept = proved.remove(meta.number());
    }
    Table table = kept == null ? openUncounted(meta) : kept;
    CountedTable counted = new CountedTable(table, this);
    synchronized (this) {
      byNumber.put(meta.number(), counted);
    }
    return counted;
  }

  /**
   * Opens the tables of a version; whoever calls owns them. All are tried, so that one exception
   * names every table that is damaged or missing.
   *
   * @throws CorruptionException if there is any; those that were opened stay until {@link
   *     #closeAll}
   */
  List<CountedTable> openAll(Version version) {
    List<CountedTable> opened = new ArrayList<>();
    List<CorruptionException> damaged = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      for (int level = 0; level <= keyspace.levels().lastUsed(); level++) {
        for (TableMeta meta : keyspace.levels().tables(level)) {
          try {
            opened.add(open(meta));
          } catch (CorruptionException e) {
            damaged.add(e);
            problems.add(
                "%s (level %d of keyspace '%s', %d entries)"
                    .formatted(e.getMessage(), level, keyspace.name(), meta.entries()));
          }
        }
      }
    }
    if (!damaged.isEmpty()) {
      CorruptionException first = damaged.getFirst();
      int all = opened.size() + damaged.size();
      throw new CorruptionException(
          first.file(),
          first.offset(),
          damaged.size() + " of " + all + " tables can't be used: " + String.join("; ", problems),
          first);
    }
    return opened;
  }

  /** Takes over a table that was just written, from who read it back. */
  void keep(Table table) {
    synchronized (this) {
      if (!isClosed) {
        proved.put(table.meta().number(), table);
        return;
      }
    }
    // Of work that outlasted the patience of the close.
    table.close();
  }

  /** Opens a table that nobody shares, to read it back; it is the caller's. */
  Table openUncounted(TableMeta meta) {
    return Table.open(storage, meta, codecs, cache, hashSeed);
  }

  /** Returns what tells which tables of level 0 may hold a key. */
  RunFilters filters() {
    return filters;
  }

  Codecs codecs() {
    return codecs;
  }

  /** Returns the open table of a number, retained for the caller. */
  CountedTable retained(long number) {
    CountedTable found;
    synchronized (this) {
      found = byNumber.get(number);
    }
    if (found == null) {
      throw new IllegalStateException("table " + number + " is not open");
    }
    found.retain();
    return found;
  }

  /** Lets go of a table that its last view released: its file is no longer needed. */
  void retire(Table table) {
    synchronized (this) {
      byNumber.remove(table.meta().number());
    }
    cache.evict(table.meta().number());
    filters.forget(table.meta());
    garbage.retire(table);
  }

  /** Closes all mappings. */
  void closeAll() {
    List<Table> left = new ArrayList<>();
    synchronized (this) {
      isClosed = true;
      byNumber.values().forEach(counted -> left.add(counted.table()));
      left.addAll(proved.values());
      byNumber.clear();
      proved.clear();
    }
    Closer closer = new Closer();
    left.forEach(table -> closer.close(table::close));
    closer.finish();
  }
}
