package org.anvildb.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.anvildb.compact.FlushCuts;
import org.anvildb.compact.FlushInput;
import org.anvildb.compact.FlushJob;
import org.anvildb.compact.FlushedTable;
import org.anvildb.compact.TombstoneRule;
import org.anvildb.memtable.Memtable;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;
import org.anvildb.version.Version;

/** Writes one memtable into tables; neither the manifest nor the read state is its business. */
final class MemtableFlush {
  /** A memtable of large values is split into tables of at most about this size. */
  private static final long MAX_TABLE_BYTES = 1L << 30;

  private final TableFactory tables;
  private final long memtableBytes;

  MemtableFlush(TableFactory tables, long memtableBytes) {
    this.tables = tables;
    this.memtableBytes = memtableBytes;
  }

  /**
   * Writes the tables of a memtable.
   *
   * @param version tells the keyspaces; entries of others, dropped ones, are left out
   * @param snapshots the open snapshots, oldest first
   * @param isOldest whether all older entries are in the version's tables, so that a tombstone may
   *     be dropped that hides none of them
   * @param cancelled asked now and then whether to give up
   * @return the tables, or empty if cancelled
   */
  Optional<List<FlushedTable>> write(
      Memtable memtable,
      Version version,
      SnapshotPoint[] snapshots,
      boolean isOldest,
      BooleanSupplier cancelled) {
    long[] sequences = new long[snapshots.length];
    for (int i = 0; i < sequences.length; i++) {
      sequences[i] = snapshots[i].sequence();
    }
    List<FlushInput> inputs = new ArrayList<>();
    for (int id : memtable.keyspaces()) {
      KeyspaceVersion keyspace = version.keyspace(id);
      if (keyspace != null) {
        inputs.add(
            new FlushInput(
                id,
                memtable.versions(
                    id, position -> sequenceAt(snapshots, memtable.segmentNumber(), position)),
                tables.options(keyspace),
                FlushCuts.of(keyspace, memtableBytes),
                isOldest ? dropUnless(keyspace.levels()) : TombstoneRule.KEEP));
      }
    }
    RunFilters.Flush keys = tables.openTables().filters().begin(memtable.entries());
    var written =
        new FlushJob(tables.files(), sequences, MAX_TABLE_BYTES, keys::add, cancelled).run(inputs);
    for (FlushedTable table : written.orElse(List.of())) {
      if (table.isHashed()) {
        keys.wrote(table.meta());
      }
    }
    return written;
  }

  /** Drops the tombstones of keys that no table covers: pushed and popped within one memtable. */
  private static TombstoneRule dropUnless(Levels levels) {
    return (key, length) -> {
      for (TableMeta table : levels.tables(0)) {
        if (table.covers(key, length)) {
          return false;
        }
      }
      for (int level = 1; level <= levels.lastUsed(); level++) {
        if (levels.find(level, key, length) >= 0) {
          return false;
        }
      }
      return true;
    };
  }

  /**
   * Returns 0 if all snapshots see an entry of the log, else the newest that does not, plus one.
   */
  static long sequenceAt(SnapshotPoint[] oldestFirst, long segment, long position) {
    for (int i = oldestFirst.length - 1; i >= 0; i--) {
      if (!oldestFirst[i].sees(segment, position)) {
        return oldestFirst[i].sequence() + 1;
      }
    }
    return 0;
  }
}
