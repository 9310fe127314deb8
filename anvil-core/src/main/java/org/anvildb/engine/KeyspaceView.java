package org.anvildb.engine;

import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.version.Levels;

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
    for (int level = 1; level <= deepest; level++) {
      List<TableMeta> metas = levels.tables(level);
      CountedTable[] opened = openAll(metas, open);
      lower[level - 1] = tables(opened);
      lowerLargest[level - 1] = metas.stream().map(TableMeta::largest).toArray(byte[][]::new);
      int size = collected.length;
      collected = Arrays.copyOf(collected, size + opened.length);
      System.arraycopy(opened, 0, collected, size, opened.length);
    }
    this.all = collected;
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

  /** Finds the newest version of a key that a view of a sequence number sees. */
  boolean find(byte[] key, int length, long hash, long maxSequence, FoundEntry out) {
    for (Table table : newestFirst) {
      if (table.find(key, length, hash, maxSequence, out)) {
        return true;
      }
    }
    for (int i = 0; i < lower.length; i++) {
      Table[] level = lower[i];
      int at = level.length == 0 ? 0 : firstNotBelow(lowerLargest[i], key, length);
      if (at < level.length && level[at].find(key, length, hash, maxSequence, out)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the index of the first of ascending keys that is equal to or greater than a key. */
  static int firstNotBelow(byte[][] keys, byte[] key, int length) {
    int low = 0;
    int high = keys.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      byte[] candidate = keys[middle];
      if (Arrays.compareUnsigned(candidate, 0, candidate.length, key, 0, length) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
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
