package org.anvildb.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.version.Levels;
import org.jspecify.annotations.Nullable;

/**
 * The open tables of one keyspace at one version, arranged for reading. Immutable; counted by the
 * read states that contain it, and counting its tables.
 */
final class KeyspaceView extends Counted {
  private final int keyspace;
  private final Levels levels;
  private final CountedTable[] all;
  private final SortedRun[] runs;
  private final RunMasks masks;

  /**
   * Retains the tables of a version.
   *
   * @param open finds the open table of a number, retained for this view
   * @param filters knows which runs of level 0 may hold a key
   */
  KeyspaceView(int keyspace, Levels levels, LongFunction<CountedTable> open, RunFilters filters) {
    this.keyspace = keyspace;
    this.levels = levels;
    List<List<TableMeta>> metas = new ArrayList<>(levels.runs());
    this.masks = filters.masks(metas);
    for (int level = 1; level <= levels.lastUsed(); level++) {
      if (levels.size(level) > 0) {
        metas.add(levels.tables(level));
      }
    }
    this.runs = new SortedRun[metas.size()];
    List<CountedTable> opened = new ArrayList<>();
    for (int i = 0; i < runs.length; i++) {
      List<CountedTable> run = metas.get(i).stream().map(m -> open.apply(m.number())).toList();
      runs[i] = SortedRun.of(run.stream().map(CountedTable::table).toArray(Table[]::new));
      opened.addAll(run);
    }
    this.all = opened.toArray(CountedTable[]::new);
  }

  int keyspace() {
    return keyspace;
  }

  Levels levels() {
    return levels;
  }

  /**
   * Returns the runs of level 0, newest first, and then the levels from 1 on that have tables: the
   * tables of each in key order; not to be changed.
   */
  SortedRun[] runs() {
    return runs;
  }

  /** Tells which flushes may hold a key; the first memory that a get should ask for. */
  long candidates(long hash) {
    return masks.candidates(hash);
  }

  /**
   * Returns what {@link Table#get} does, of the first table that has a key.
   *
   * @param candidates what {@link #candidates} told
   */
  byte @Nullable [] get(byte[] key, int length, long hash, long candidates) {
    for (int i = 0; i < runs.length; i++) {
      if (i < masks.runs() && !masks.mayHold(i, candidates)) {
        continue;
      }
      Table table = runs[i].find(key, length);
      byte[] value = table == null ? null : table.get(key, length, hash);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  /** Finds the newest version of a key that a view of a sequence number sees. */
  boolean find(byte[] key, int length, long hash, long maxSequence, FoundEntry out) {
    long candidates = candidates(hash);
    for (int i = 0; i < runs.length; i++) {
      if (i < masks.runs() && !masks.mayHold(i, candidates)) {
        continue;
      }
      Table table = runs[i].find(key, length);
      if (table != null && table.find(key, length, hash, maxSequence, out)) {
        return true;
      }
    }
    return false;
  }

  @Override
  void dispose() {
    for (CountedTable table : all) {
      table.release();
    }
  }
}
