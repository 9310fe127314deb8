package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.compact.CompactionPlan.Merge;
import org.anvildb.compact.CompactionPlan.Reason;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;

/**
 * What pickers know of one keyspace, and the questions that all of them ask. Immutable.
 *
 * @param keyspace the keyspace's number
 * @param levels its tables
 * @param ratio how many times larger a level is than the one above it
 * @param running what is being compacted
 * @param memtableBytes the size of a memtable
 * @param scores how full the levels are
 */
record Tree(
    int keyspace,
    Levels levels,
    int ratio,
    Running running,
    long memtableBytes,
    LevelScores scores) {
  /** A table with more tombstones than this share of its entries is rewritten rather than moved. */
  private static final int MOVED_TOMBSTONES = 4;

  /** A table smaller than this share of a full one is small. */
  private static final int SMALL_SHARE = 8;

  static Tree of(KeyspaceVersion keyspace, Running running, long memtableBytes) {
    int ratio = keyspace.options().levelRatio();
    return new Tree(
        keyspace.id(),
        keyspace.levels(),
        ratio,
        running,
        memtableBytes,
        LevelScores.of(keyspace.levels(), ratio, memtableBytes, running));
  }

  long tableBytes() {
    return LevelScores.tableBytes(memtableBytes);
  }

  /** What is smaller should be merged with others instead of being moved: files would abound. */
  long smallBytes() {
    return tableBytes() / SMALL_SHARE;
  }

  /**
   * Returns the deepest level that a span can sink to from one level, past nothing; or that one.
   */
  int deepestFree(int level, KeySpan span) {
    int deepest = level;
    while (deepest < Levels.LAST
        && !levels.overlaps(deepest + 1, span.first(), span.last())
        && !running.claimsRange(keyspace, deepest + 1, deepest + 1, span.first(), span.last())) {
      deepest++;
    }
    return deepest;
  }

  /** Tells whether nothing is, or comes, below a level in a span. */
  boolean isBottom(int level, KeySpan span) {
    return deepestFree(level, span) == Levels.LAST;
  }

  /**
   * Plans what becomes of a table that can sink to a level past nothing: to be called only if there
   * is such a level.
   */
  CompactionPlan sink(TableMeta table, int from, int to, Reason reason) {
    boolean isBottom = isBottom(to, KeySpan.of(table));
    if (isBottom && table.tombstones() == table.entries()) {
      return new CompactionPlan.Drop(keyspace, table, from);
    }
    if (isBottom && table.tombstones() > table.entries() / MOVED_TOMBSTONES) {
      return merge(List.of(new LevelTables(from, List.of(table))), to, reason);
    }
    return new CompactionPlan.Move(keyspace, table, from, to, reason);
  }

  /**
   * Plans a merge of inputs of which none is claimed. What runs below does not matter for
   * tombstones: an older entry of a key is in no range but that of a table which is there now.
   */
  Merge merge(List<LevelTables> inputs, int outputLevel, Reason reason) {
    List<TableMeta> all = new ArrayList<>();
    for (LevelTables level : inputs) {
      all.addAll(level.tables());
    }
    KeySpan span = KeySpan.of(all);
    List<LevelTables> below = new ArrayList<>();
    for (int level = outputLevel + 1; level < Levels.COUNT; level++) {
      List<TableMeta> overlapping = levels.overlapping(level, span.first(), span.last());
      if (!overlapping.isEmpty()) {
        below.add(new LevelTables(level, overlapping));
      }
    }
    boolean isBottom = outputLevel > 0 && below.isEmpty();
    long target = outputLevel == 0 ? Long.MAX_VALUE : tableBytes();
    return new Merge(keyspace, inputs, outputLevel, below, isBottom, target, reason);
  }
}
