package org.anvildb.compact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anvildb.api.KeyRange;
import org.anvildb.compact.CompactionPlan.Reason;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;
import org.jspecify.annotations.Nullable;

/**
 * Decides the steps of a compaction that the user asked for: everything in a range of keys goes
 * down to the last level, and what is there but hides something is rewritten. Pure.
 *
 * <p>Each step is picked from the version as it is then, beside whatever runs; a step takes about
 * as much as the space for {@link #MAX_STEP_BASES} base levels, so that a large database is not
 * copied as a whole. Tables of level 0 that are newer than the start are left alone, and so are
 * tables of the last level that a step has written: else a steady writer, or an open snapshot that
 * keeps versions alive, would keep it going for ever.
 */
public final class MajorPicker {
  private static final CompactionPlan NONE = new CompactionPlan.None();

  /** The most that a step reads, in sizes of the smallest base level; one table always goes. */
  private static final int MAX_STEP_BASES = 16;

  private final byte[] from;
  private final byte @Nullable [] to;
  private final long firstNewNumber;

  /**
   * Starts a compaction.
   *
   * @param range the keys
   * @param firstNewNumber the next number of a file: tables below it were there at the start
   */
  public MajorPicker(KeyRange range, long firstNewNumber) {
    this.from = range.from();
    this.to = range.to();
    this.firstNewNumber = firstNewNumber;
  }

  /** Tells whether nothing is left to do. */
  public boolean isDone(KeyspaceVersion keyspace) {
    Levels levels = keyspace.levels();
    for (int level = 0; level < Levels.LAST; level++) {
      for (TableMeta table : levels.tables(level)) {
        if (isMeant(level, table)) {
          return false;
        }
      }
    }
    return levels.tables(Levels.LAST).stream().noneMatch(this::isToRewrite);
  }

  /**
   * Picks the next step; none if it is done, see {@link #isDone}, or if running plans must end
   * first.
   */
  public CompactionPlan pick(KeyspaceVersion keyspace, Running running, long memtableBytes) {
    Tree tree = Tree.of(keyspace, running, memtableBytes);
    CompactionPlan plan = sinkLevelZero(tree);
    for (int level = 1; plan == null && level < Levels.LAST; level++) {
      plan = sink(tree, level);
    }
    if (plan == null) {
      plan = rewriteLast(tree);
    }
    return plan == null ? NONE : plan;
  }

  private boolean isMeant(int level, TableMeta table) {
    return intersects(table) && (level > 0 || table.number() < firstNewNumber);
  }

  private boolean isToRewrite(TableMeta table) {
    return intersects(table)
        && table.number() < firstNewNumber
        && (table.tombstones() > 0 || table.maxSequence() > 0);
  }

  private boolean intersects(TableMeta table) {
    return Arrays.compareUnsigned(table.largest(), from) >= 0
        && (to == null || Arrays.compareUnsigned(table.smallest(), to) < 0);
  }

  /**
   * Sinks the tables of level 0 that the range meets, with all older ones that these overlap: to
   * the last level at once where that is not too much, else to the base level.
   */
  private @Nullable CompactionPlan sinkLevelZero(Tree tree) {
    List<TableMeta> tables = tree.levels().tables(0);
    boolean[] in = new boolean[tables.size()];
    for (int i = 0; i < in.length; i++) {
      boolean isIn = isMeant(0, tables.get(i));
      for (int newer = 0; newer < i && !isIn; newer++) {
        isIn = in[newer] && KeySpan.of(tables.get(newer)).overlaps(tables.get(i));
      }
      in[i] = isIn;
    }
    List<TableMeta> cluster = new ArrayList<>();
    for (int i = 0; i < in.length; i++) {
      if (in[i]) {
        cluster.add(tables.get(i));
      }
    }
    if (cluster.isEmpty() || tree.running().claimsAny(cluster)) {
      return null;
    }
    if (cluster.size() == 1) {
      int free = tree.deepestFree(0, KeySpan.of(cluster));
      if (free == Levels.LAST) {
        return tree.sink(cluster.getFirst(), 0, free, Reason.MANUAL);
      }
    }
    return mergeLevelZero(tree, cluster);
  }

  private static @Nullable CompactionPlan mergeLevelZero(Tree tree, List<TableMeta> cluster) {
    List<LevelTables> inputs = LevelZeroPicker.inputs(tree, cluster, Levels.LAST);
    if (inputs != null) {
      CompactionPlan.Merge whole = tree.merge(inputs, Levels.LAST, Reason.MANUAL);
      if (whole.inputBytes() <= maxStepBytes(tree)) {
        return whole;
      }
    }
    int base = tree.scores().baseLevel();
    inputs = LevelZeroPicker.inputs(tree, cluster, base);
    return inputs == null ? null : tree.merge(inputs, base, Reason.MANUAL);
  }

  /** Sinks neighbours of a level into the next one, as many as a step takes. */
  private @Nullable CompactionPlan sink(Tree tree, int level) {
    List<TableMeta> tables = tree.levels().tables(level);
    for (int i = 0; i < tables.size(); i++) {
      TableMeta first = tables.get(i);
      if (!isMeant(level, first) || tree.running().claims(first)) {
        continue;
      }
      int free = tree.deepestFree(level, KeySpan.of(first));
      if (free > level) {
        return tree.sink(first, level, free, Reason.MANUAL);
      }
      List<LevelTables> inputs = null;
      for (int end = i + 1; end <= tables.size() && isMeant(level, tables.get(end - 1)); end++) {
        List<LevelTables> more = inputs(tree, level, tables.subList(i, end));
        if (more == null || inputs != null && bytes(more) > maxStepBytes(tree)) {
          break;
        }
        inputs = more;
      }
      if (inputs != null) {
        return tree.merge(inputs, level + 1, Reason.MANUAL);
      }
    }
    return null;
  }

  /** Returns neighbours with all that they overlap in the next level; null if some are busy. */
  private static @Nullable List<LevelTables> inputs(Tree tree, int level, List<TableMeta> tables) {
    KeySpan span = KeySpan.of(tables);
    List<TableMeta> under = tree.levels().overlapping(level + 1, span.first(), span.last());
    List<TableMeta> all = new ArrayList<>(tables);
    all.addAll(under);
    span = KeySpan.of(all);
    if (tree.running().claimsAny(all)
        || tree.running()
            .claimsRange(tree.keyspace(), level, level + 1, span.first(), span.last())) {
      return null;
    }
    return under.isEmpty()
        ? List.of(new LevelTables(level, tables))
        : List.of(new LevelTables(level, tables), new LevelTables(level + 1, under));
  }

  private @Nullable CompactionPlan rewriteLast(Tree tree) {
    for (TableMeta table : tree.levels().tables(Levels.LAST)) {
      if (isToRewrite(table) && !tree.running().claims(table)) {
        return tree.merge(
            List.of(new LevelTables(Levels.LAST, List.of(table))), Levels.LAST, Reason.MANUAL);
      }
    }
    return null;
  }

  private static long maxStepBytes(Tree tree) {
    return MAX_STEP_BASES * tree.scores().targetBytes(0);
  }

  private static long bytes(List<LevelTables> inputs) {
    long bytes = 0;
    for (LevelTables level : inputs) {
      bytes += level.bytes();
    }
    return bytes;
  }
}
