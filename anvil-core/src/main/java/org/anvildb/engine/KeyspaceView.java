package org.anvildb.engine;

import java.util.ArrayList;
import java.util.Arrays;
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
  private final Table[] newestFirst;
  private final Table[][] lower;
  private final byte[][][] lowerLargest;

  /** The levels from 1 on that have tables. */
  private final SortedLevel[] sorted;

  /**
   * Retains the tables of a version.
   *
   * @param open finds the open table of a number, retained for this view
   */
  KeyspaceView(int keyspace, Levels levels, LongFunction<CountedTable> open) {
    this.keyspace = keyspace;
    this.levels = levels;
    CountedTable[] level0 = openAll(levels.tables(0), open);
    this.newestFirst = tables(level0);
    int deepest = levels.lastUsed();
    this.lower = new Table[Math.max(0, deepest)][];
    this.lowerLargest = new byte[Math.max(0, deepest)][][];
    CountedTable[] collected = level0;
    List<SortedLevel> used = new ArrayList<>();
    for (int level = 1; level <= deepest; level++) {
      List<TableMeta> metas = levels.tables(level);
      CountedTable[] opened = openAll(metas, open);
      lower[level - 1] = tables(opened);
      lowerLargest[level - 1] = metas.stream().map(TableMeta::largest).toArray(byte[][]::new);
      if (opened.length > 0) {
        used.add(new SortedLevel(lowerLargest[level - 1], lower[level - 1]));
      }
      int size = collected.length;
      collected = Arrays.copyOf(collected, size + opened.length);
      System.arraycopy(opened, 0, collected, size, opened.length);
    }
    this.all = collected;
    this.sorted = used.toArray(SortedLevel[]::new);
  }

  int keyspace() {
    return keyspace;
  }

  Levels levels() {
    return levels;
  }

  /** Returns the tables of level 0, newest first; not to be changed. */
  Table[] newestFirst() {
    return newestFirst;
  }

  /** Returns the tables of the levels from 1 on, each in key order; not to be changed. */
  Table[][] lower() {
    return lower;
  }

  /** Returns the largest keys of the tables of {@link #lower()}. */
  byte[][][] lowerLargest() {
    return lowerLargest;
  }

  /** Returns what {@link Table#get} does, of the first table that has a key. */
  byte @Nullable [] get(byte[] key, int length, long hash) {
    for (Table table : newestFirst) {
      byte[] value = table.get(key, length, hash);
      if (value != null) {
        return value;
      }
    }
    for (SortedLevel level : sorted) {
      Table table = level.find(key, length);
      byte[] value = table == null ? null : table.get(key, length, hash);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  /** Finds the newest version of a key that a view of a sequence number sees. */
  boolean find(byte[] key, int length, long hash, long maxSequence, FoundEntry out) {
    for (Table table : newestFirst) {
      if (table.find(key, length, hash, maxSequence, out)) {
        return true;
      }
    }
    for (SortedLevel level : sorted) {
      Table table = level.find(key, length);
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

  private static CountedTable[] openAll(List<TableMeta> metas, LongFunction<CountedTable> open) {
    return metas.stream().map(m -> open.apply(m.number())).toArray(CountedTable[]::new);
  }

  private static Table[] tables(CountedTable[] counted) {
    return Arrays.stream(counted).map(CountedTable::table).toArray(Table[]::new);
  }
}
