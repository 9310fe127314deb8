package org.anvildb.engine;

import java.util.ArrayList;
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
  private final Table[][] runs;
  private final byte[][][] largest;

  /**
   * Retains the tables of a version.
   *
   * @param open finds the open table of a number, retained for this view
   */
  KeyspaceView(int keyspace, Levels levels, LongFunction<CountedTable> open) {
    this.keyspace = keyspace;
    this.levels = levels;
    List<List<TableMeta>> sorted = new ArrayList<>(levels.runs());
    for (int level = 1; level <= levels.lastUsed(); level++) {
      if (levels.size(level) > 0) {
        sorted.add(levels.tables(level));
      }
    }
    this.runs = new Table[sorted.size()][];
    this.largest = new byte[sorted.size()][][];
    List<CountedTable> opened = new ArrayList<>();
    for (int i = 0; i < runs.length; i++) {
      List<CountedTable> run = sorted.get(i).stream().map(m -> open.apply(m.number())).toList();
      runs[i] = run.stream().map(CountedTable::table).toArray(Table[]::new);
      largest[i] = sorted.get(i).stream().map(TableMeta::largest).toArray(byte[][]::new);
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
  Table[][] runs() {
    return runs;
  }

  /** Finds the newest version of a key that a view of a sequence number sees. */
  boolean find(byte[] key, int length, long hash, long maxSequence, FoundEntry out) {
    for (int i = 0; i < runs.length; i++) {
      Table[] run = runs[i];
      int at = run.length == 1 ? 0 : find(i, key, length);
      if (at >= 0 && run[at].find(key, length, hash, maxSequence, out)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the index of the table of a run whose range has a key, or -1. */
  private int find(int run, byte[] key, int length) {
    int at = firstNotBelow(largest[run], key, length);
    return at < runs[run].length && runs[run][at].meta().covers(key, length) ? at : -1;
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
}
