package org.anvildb.version;

import java.util.Arrays;
import org.anvildb.table.TableMeta;

/**
 * Levels in the middle of an atomic list of edits, when tables may overlap for a moment. Not
 * thread-safe. Levels that no edit touches are shared with the levels that this started from.
 */
final class LevelsBuilder {
  private final TableMeta[][] tables;

  LevelsBuilder(TableMeta[][] tables) {
    this.tables = tables.clone();
  }

  /**
   * Adds a table: in level 0 directly above (as newer than) another one, in other levels by keys.
   *
   * @param above the number of a table of level 0, or 0 for the newest place
   */
  void add(int level, long above, TableMeta table) {
    if (level != 0 && above != 0) {
      throw new IllegalStateException("only tables of level 0 stand above one another");
    }
    TableMeta[] before = tables[level];
    int at = level == 0 ? (above == 0 ? 0 : find(0, above)) : place(before, table);
    TableMeta[] after = Arrays.copyOf(before, before.length + 1);
    System.arraycopy(before, at, after, at + 1, before.length - at);
    after[at] = table;
    tables[level] = after;
  }

  void remove(int level, long number) {
    TableMeta[] before = tables[level];
    int at = find(level, number);
    TableMeta[] after = Arrays.copyOf(before, before.length - 1);
    System.arraycopy(before, at + 1, after, at, after.length - at);
    tables[level] = after;
  }

  /** Returns the levels, checked; to be called once. */
  Levels build() {
    return new Levels(tables);
  }

  private int find(int level, long number) {
    for (int i = 0; i < tables[level].length; i++) {
      if (tables[level][i].number() == number) {
        return i;
      }
    }
    throw new IllegalStateException(
        "level " + level + " has no table " + TableMeta.fileName(number));
  }

  private static int place(TableMeta[] sorted, TableMeta table) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(sorted[middle].smallest(), table.smallest()) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
