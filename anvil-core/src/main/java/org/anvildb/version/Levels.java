package org.anvildb.version;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/**
 * The tables of one keyspace by level. Immutable.
 *
 * <p>Level 0 holds flushed tables, newest first; their ranges may overlap. Each level from 1 to
 * {@link #LAST} holds tables in order of their keys whose ranges are disjoint, both ends counted:
 * the versions of one key never straddle two tables. What stands higher is newer: for one key, an
 * entry of level 0 hides those of level 1, and so on. Sequence numbers play no part in that.
 *
 * <p>The constructor checks order, disjointness and that no number comes twice, so that a version
 * read from a damaged manifest can't make a reader miss a key.
 */
public final class Levels {
  /** How many levels there are. */
  public static final int COUNT = 8;

  /** The last level. */
  public static final int LAST = COUNT - 1;

  private static final TableMeta[] NONE = {};
  private static final Levels EMPTY = new Levels(emptyLevels());

  private final TableMeta[][] tables;
  private final long[] bytes = new long[COUNT];
  private final long[] entries = new long[COUNT];
  private final List<List<TableMeta>> runs;

  /**
   * Takes over an array of {@link #COUNT} levels.
   *
   * @throws IllegalStateException if they contradict what a level promises
   */
  Levels(TableMeta[][] tables) {
    this.tables = tables;
    for (int level = 0; level < COUNT; level++) {
      for (TableMeta table : tables[level]) {
        bytes[level] += table.fileBytes();
        entries[level] += table.entries();
      }
    }
    checkRanges(tables);
    checkNumbers(tables);
    this.runs = runs(List.of(tables[0]));
  }

  /** Returns levels without a table. */
  public static Levels empty() {
    return EMPTY;
  }

  /**
   * Makes levels from lists; missing lists at the end stand for empty levels.
   *
   * @throws IllegalStateException if they contradict what a level promises
   */
  public static Levels of(List<List<TableMeta>> lists) {
    if (lists.size() > COUNT) {
      throw new IllegalStateException("there are " + COUNT + " levels, not " + lists.size());
    }
    TableMeta[][] tables = emptyLevels();
    for (int level = 0; level < lists.size(); level++) {
      tables[level] = lists.get(level).toArray(NONE);
    }
    return new Levels(tables);
  }

  /** Returns how many tables a level has. */
  public int size(int level) {
    return tables[level].length;
  }

  /** Returns a table by its place: level 0 newest first, other levels by keys. */
  public TableMeta table(int level, int index) {
    return tables[level][index];
  }

  /** Returns the tables of a level: level 0 newest first, other levels by keys. */
  public List<TableMeta> tables(int level) {
    return List.of(tables[level]);
  }

  /**
   * Returns the runs of level 0, the newest first: what a read has to look into one by one. A flush
   * makes one, of one table or of several.
   */
  public List<List<TableMeta>> runs() {
    return runs;
  }

  /**
   * Groups tables of level 0 into runs: neighbours in age whose ranges are disjoint, so that it
   * does not matter which of them is newer, and a key is in one of them at most.
   *
   * @param newestFirst some tables in the order of level 0
   * @return the runs, the newest first; the tables of a run are in order of their keys
   */
  public static List<List<TableMeta>> runs(List<TableMeta> newestFirst) {
    List<List<TableMeta>> runs = new ArrayList<>();
    ArrayDeque<TableMeta> open = new ArrayDeque<>();
    for (TableMeta table : newestFirst) {
      if (open.isEmpty() || isBefore(table, open.getFirst())) {
        open.addFirst(table);
      } else if (isBefore(open.getLast(), table)) {
        open.addLast(table);
      } else {
        runs.add(List.copyOf(open));
        open.clear();
        open.add(table);
      }
    }
    if (!open.isEmpty()) {
      runs.add(List.copyOf(open));
    }
    return List.copyOf(runs);
  }

  private static boolean isBefore(TableMeta table, TableMeta other) {
    return Arrays.compareUnsigned(table.largest(), other.smallest()) < 0;
  }

  /** Returns how many tables all levels have. */
  public int tableCount() {
    int count = 0;
    for (TableMeta[] level : tables) {
      count += level.length;
    }
    return count;
  }

  /** Returns the length of a level's files. */
  public long bytes(int level) {
    return bytes[level];
  }

  /** Returns how many entries a level has, tombstones and older versions among them. */
  public long entries(int level) {
    return entries[level];
  }

  /** Returns the length of all files. */
  public long totalBytes() {
    return Arrays.stream(bytes).sum();
  }

  /** Returns the lowest level that has tables, or 0. */
  public int lastUsed() {
    int level = LAST;
    while (level > 0 && tables[level].length == 0) {
      level--;
    }
    return level;
  }

  /** Returns the level that has a table, or -1 if none has it. */
  public int levelOf(long number) {
    for (int level = 0; level < COUNT; level++) {
      if (indexOf(level, number) >= 0) {
        return level;
      }
    }
    return -1;
  }

  /** Returns the place of a table in a level, or -1 if the level has it not. */
  public int indexOf(int level, long number) {
    for (int i = 0; i < tables[level].length; i++) {
      if (tables[level][i].number() == number) {
        return i;
      }
    }
    return -1;
  }

  /**
   * Returns the place of the first table, in a level from 1 on, whose largest key is not less than
   * a key; the level's size if there is none.
   */
  public int firstNotBefore(int level, byte[] key, int length) {
    TableMeta[] sorted = tables[level];
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      byte[] largest = sorted[middle].largest();
      if (Arrays.compareUnsigned(largest, 0, largest.length, key, 0, length) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Returns the place of the table that covers a key in a level from 1 on, or -1. */
  public int find(int level, byte[] key, int length) {
    int index = firstNotBefore(level, key, length);
    return index < tables[level].length && tables[level][index].covers(key, length) ? index : -1;
  }

  /** Returns the tables of a level that overlap a range of keys, both ends inclusive, in order. */
  public List<TableMeta> overlapping(int level, byte[] first, byte[] last) {
    List<TableMeta> found = new ArrayList<>();
    if (level == 0) {
      for (TableMeta table : tables[0]) {
        if (table.overlaps(first, last)) {
          found.add(table);
        }
      }
      return found;
    }
    TableMeta[] sorted = tables[level];
    for (int i = firstNotBefore(level, first, first.length); i < sorted.length; i++) {
      if (Arrays.compareUnsigned(sorted[i].smallest(), last) > 0) {
        break;
      }
      found.add(sorted[i]);
    }
    return found;
  }

  /** Tells whether a table of a level overlaps a range of keys, both ends inclusive. */
  public boolean overlaps(int level, byte[] first, byte[] last) {
    if (level == 0) {
      for (TableMeta table : tables[0]) {
        if (table.overlaps(first, last)) {
          return true;
        }
      }
      return false;
    }
    int index = firstNotBefore(level, first, first.length);
    return index < tables[level].length && tables[level][index].overlaps(first, last);
  }

  /** Returns a copy to be changed. */
  LevelsBuilder change() {
    return new LevelsBuilder(tables);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Levels that && Arrays.deepEquals(tables, that.tables);
  }

  @Override
  public int hashCode() {
    return Arrays.deepHashCode(tables);
  }

  /** Tells the numbers of the tables alone: keys are user data. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (int level = 0; level < COUNT; level++) {
      if (tables[level].length > 0) {
        text.append(text.isEmpty() ? "L" : " L").append(level).append('[');
        for (int i = 0; i < tables[level].length; i++) {
          text.append(i == 0 ? "" : " ").append(tables[level][i].number());
        }
        text.append(']');
      }
    }
    return text.isEmpty() ? "no tables" : text.toString();
  }

  private static TableMeta[][] emptyLevels() {
    TableMeta[][] empty = new TableMeta[COUNT][];
    Arrays.fill(empty, NONE);
    return empty;
  }

  private static void checkRanges(TableMeta[][] tables) {
    for (int level = 0; level < COUNT; level++) {
      TableMeta[] sorted = tables[level];
      for (int i = 0; i < sorted.length; i++) {
        if (Arrays.compareUnsigned(sorted[i].smallest(), sorted[i].largest()) > 0) {
          throw new IllegalStateException(
              sorted[i].fileName() + ": the first key is greater than the last one");
        }
        if (level > 0
            && i > 0
            && Arrays.compareUnsigned(sorted[i - 1].largest(), sorted[i].smallest()) >= 0) {
          throw new IllegalStateException(
              sorted[i - 1].fileName()
                  + " and "
                  + sorted[i].fileName()
                  + " overlap in level "
                  + level);
        }
      }
    }
  }

  private static void checkNumbers(TableMeta[][] tables) {
    int count = 0;
    for (TableMeta[] level : tables) {
      count += level.length;
    }
    long[] numbers = new long[count];
    int at = 0;
    for (TableMeta[] level : tables) {
      for (TableMeta table : level) {
        numbers[at++] = table.number();
      }
    }
    Arrays.sort(numbers);
    for (int i = 1; i < count; i++) {
      if (numbers[i - 1] == numbers[i]) {
        throw new IllegalStateException(
            TableMeta.fileName(numbers[i]) + " stands twice among the levels");
      }
    }
  }
}
