package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.compact.CompactionPlan.Reason;
import org.anvildb.table.TableMeta;
import org.anvildb.version.Levels;
import org.jspecify.annotations.Nullable;

/**
 * Decides which table of a level from 1 on sinks into the next one. Pure.
 *
 * <p>The table is taken whose sinking costs least: the fewest bytes to rewrite below for each byte
 * that leaves, where a tombstone counts more than another entry, since what it hides goes along. If
 * the tables below reach further than it, its neighbours that lie within come along for free.
 */
final class LevelPicker {
  /** How much more a table of nothing but tombstones counts than one without any. */
  private static final double TOMBSTONE_WEIGHT = 3;

  /** The most neighbours that come along. */
  private static final int MAX_NEIGHBOURS = 16;

  private final Tree tree;
  private final Levels levels;

  LevelPicker(Tree tree) {
    this.tree = tree;
    this.levels = tree.levels();
  }

  /** Plans how the cheapest free table of a level sinks; null if all are busy. */
  @Nullable CompactionPlan sink(int level, Reason reason) {
    int best = -1;
    double bestCost = Double.MAX_VALUE;
    for (int i = 0; i < levels.size(level); i++) {
      double cost = cost(level, i);
      if (cost < bestCost) {
        best = i;
        bestCost = cost;
      }
    }
    return best < 0 ? null : sink(level, best, reason);
  }

  /** Plans how a table sinks in which tombstones are the majority; null if there is none. */
  @Nullable CompactionPlan sinkTombstones() {
    for (int level = 1; level < Levels.LAST; level++) {
      for (int i = 0; i < levels.size(level); i++) {
        TableMeta table = levels.table(level, i);
        if (table.tombstones() > table.entries() / 2 && cost(level, i) < Double.MAX_VALUE) {
          return sink(level, i, Reason.TOMBSTONES);
        }
      }
    }
    return null;
  }

  /** Returns what a table's sinking costs, {@link Double#MAX_VALUE} if something is busy. */
  private double cost(int level, int index) {
    TableMeta table = levels.table(level, index);
    if (tree.running().claims(table)) {
      return Double.MAX_VALUE;
    }
    List<TableMeta> under = levels.overlapping(level + 1, table.smallest(), table.largest());
    KeySpan span = span(table, under);
    if (tree.running().claimsAny(under)
        || tree.running()
            .claimsRange(tree.keyspace(), level, level + 1, span.first(), span.last())) {
      return Double.MAX_VALUE;
    }
    double dead = (double) table.tombstones() / Math.max(1, table.entries());
    double gain = Math.max(1, table.fileBytes()) * (1 + TOMBSTONE_WEIGHT * dead);
    return LevelTables.bytes(under) / gain;
  }

  private CompactionPlan sink(int level, int index, Reason reason) {
    TableMeta table = levels.table(level, index);
    List<TableMeta> under = levels.overlapping(level + 1, table.smallest(), table.largest());
    if (under.isEmpty()) {
      int to = tree.deepestFree(level, KeySpan.of(table));
      return tree.sink(table, level, to, reason);
    }
    KeySpan span = span(table, under);
    int from = index;
    while (index - from < MAX_NEIGHBOURS && from > 0 && mayCome(level, from - 1, span)) {
      from--;
    }
    int to = index;
    while (to - index < MAX_NEIGHBOURS
        && to + 1 < levels.size(level)
        && mayCome(level, to + 1, span)) {
      to++;
    }
    return tree.merge(
        List.of(
            new LevelTables(level, levels.tables(level).subList(from, to + 1)),
            new LevelTables(level + 1, under)),
        level + 1,
        reason);
  }

  private boolean mayCome(int level, int index, KeySpan span) {
    TableMeta table = levels.table(level, index);
    return span.contains(table) && !tree.running().claims(table);
  }

  private static KeySpan span(TableMeta table, List<TableMeta> under) {
    List<TableMeta> all = new ArrayList<>(under);
    all.add(table);
    return KeySpan.of(all);
  }
}
