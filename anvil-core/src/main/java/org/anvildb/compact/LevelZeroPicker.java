package org.anvildb.compact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.anvildb.compact.CompactionPlan.Reason;
import org.anvildb.table.TableMeta;
import org.anvildb.version.Levels;
import org.jspecify.annotations.Nullable;

/**
 * Decides what leaves level 0. Pure.
 *
 * <p>A table may sink below level 0 only together with every older table there that it overlaps:
 * else a read would find the older entry first. So tables are taken in <em>clusters</em>, from the
 * oldest on, each closed in that sense.
 *
 * <p>Three ways out, the cheapest first: a table that overlaps nothing older is moved; a cluster is
 * merged with what it overlaps down to the base level, if that is not much more than itself; tables
 * that are too small for that, or that find the base level busy, are merged among themselves. The
 * last way keeps reads fast where keyspaces with little data are flushed together with large ones.
 */
final class LevelZeroPicker {
  /** Level 0 is merged in itself while the base level is busy only if it is longer than this. */
  private static final int LONG = 3 * LevelScores.LEVEL_ZERO_TRIGGER;

  /** The most that a merge within level 0 reads, in memtables. */
  private static final int MAX_INNER_MEMTABLES = 8;

  /** And in bytes: what comes out is one table, and those stay below 4 GiB. */
  private static final long MAX_INNER_BYTES = 3L << 30;

  /** At most so many times a crumb's size is rewritten for it. */
  private static final int CRUMB_SHARE = 100;

  /** At most as much is rewritten for a crumb, in full tables. */
  private static final int MAX_CRUMB_TABLES = 8;

  /** So many tiny tables are kept; beyond that they are joined, due or not. */
  private static final int MAX_TINY_TABLES = 128;

  /** What is smaller than this share of a small table is tiny. */
  private static final int TINY_SHARE = 8;

  private final Tree tree;
  private final Levels levels;

  LevelZeroPicker(Tree tree) {
    this.tree = tree;
    this.levels = tree.levels();
  }

  /** Moves a table, due or not: it costs nothing. Null if none can be moved. */
  @Nullable CompactionPlan move() {
    for (int i = levels.size(0) - 1; i >= 0; i--) {
      TableMeta table = levels.table(0, i);
      if (table.fileBytes() >= tree.smallBytes() || table.tombstones() == table.entries()) {
        CompactionPlan plan = move(i);
        if (plan != null) {
          return plan;
        }
      }
    }
    return null;
  }

  /**
   * Plans a merge.
   *
   * @param isIdle whether to merge down at any cost
   * @param isAlone whether only one merge of a keyspace's level 0 into the base level may run
   */
  @Nullable CompactionPlan merge(boolean isIdle, boolean isAlone) {
    boolean isBusy = isAlone && tree.running().mergesLevelZero(tree.keyspace());
    Reason reason = isIdle ? Reason.SETTLING : Reason.LEVEL_ZERO;
    for (Cluster cluster : isBusy ? List.<Cluster>of() : clusters()) {
      if (cluster.inputs.isEmpty()) {
        isBusy = true;
      } else if (isIdle || isWorthIt(cluster)) {
        return plan(cluster, reason);
      }
    }
    return !isBusy || levels.runs().size() > LONG ? mergeInner(reason) : null;
  }

  /**
   * Tells whether tiny tables abound. Databases leave them that are opened for a few writes and
   * closed, again and again: they may well be one run, so level 0 is not due, and no life is long
   * enough to find its writers quiet.
   */
  boolean isLittered() {
    long tiny = tree.smallBytes() / TINY_SHARE;
    return levels.size(0) >= MAX_TINY_TABLES
        && levels.tables(0).stream().filter(table -> table.fileBytes() < tiny).count()
            >= MAX_TINY_TABLES;
  }

  /** Plans to join small tables where tiny ones abound; null where they don't. */
  @Nullable CompactionPlan gather() {
    return isLittered() ? join(neighbours(levels.tables(0), false), Reason.LEVEL_ZERO) : null;
  }

  /** Plans a merge of a part that is worth it, due or not; null if there is none. */
  @Nullable CompactionPlan settlePart() {
    for (Cluster cluster : clusters()) {
      if (!cluster.inputs.isEmpty() && (isWorthIt(cluster) || isCrumb(cluster))) {
        return plan(cluster, Reason.SETTLING);
      }
    }
    return null;
  }

  /**
   * Tables of level 0 that can only go down together.
   *
   * @param tables the tables, newest first
   * @param inputs they, and what they meet down to the base level; empty if something is busy
   */
  private record Cluster(List<TableMeta> tables, List<LevelTables> inputs) {
    long ownBytes() {
      return inputs.getFirst().bytes();
    }

    long otherBytes() {
      return inputs.stream().skip(1).mapToLong(LevelTables::bytes).sum();
    }
  }

  /** Returns the clusters of level 0, from the oldest tables on. */
  private List<Cluster> clusters() {
    List<Cluster> clusters = new ArrayList<>();
    boolean[] seen = new boolean[levels.size(0)];
    for (int seed = levels.size(0) - 1; seed >= 0; seed--) {
      if (!seen[seed]) {
        List<TableMeta> tables = cluster(seed, seen);
        List<LevelTables> inputs =
            tables.isEmpty() ? null : inputs(tree, tables, tree.scores().baseLevel());
        clusters.add(new Cluster(tables, inputs == null ? List.of() : inputs));
      }
    }
    return clusters;
  }

  /** Returns the tables of a merge that takes a cluster, and what it overlaps, down to a level. */
  static @Nullable List<LevelTables> inputs(Tree tree, List<TableMeta> cluster, int lastLevel) {
    List<LevelTables> inputs = new ArrayList<>();
    inputs.add(new LevelTables(0, cluster));
    KeySpan span = KeySpan.of(cluster);
    for (int level = 1; level <= lastLevel; level++) {
      List<TableMeta> overlapping = tree.levels().overlapping(level, span.first(), span.last());
      if (tree.running().claimsAny(overlapping)) {
        return null;
      }
      if (!overlapping.isEmpty()) {
        inputs.add(new LevelTables(level, overlapping));
        for (TableMeta table : overlapping) {
          span = span.with(table);
        }
      }
    }
    return tree.running().claimsRange(tree.keyspace(), 1, lastLevel, span.first(), span.last())
        ? null
        : inputs;
  }

  private @Nullable CompactionPlan move(int index) {
    TableMeta table = levels.table(0, index);
    if (tree.running().claims(table) || overlapsOlder(index)) {
      return null;
    }
    int level = tree.deepestFree(0, KeySpan.of(table));
    return level < tree.scores().baseLevel() ? null : tree.sink(table, 0, level, Reason.LEVEL_ZERO);
  }

  private boolean overlapsOlder(int index) {
    KeySpan span = KeySpan.of(levels.table(0, index));
    for (int i = index + 1; i < levels.size(0); i++) {
      if (span.overlaps(levels.table(0, i))) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the cluster that an oldest table belongs to, newest first; empty if that table, or an
   * older one that it overlaps, is claimed.
   */
  private List<TableMeta> cluster(int seed, boolean[] seen) {
    boolean[] in = new boolean[levels.size(0)];
    seen[seed] = true;
    if (!mayJoin(seed, in)) {
      return List.of();
    }
    in[seed] = true;
    KeySpan span = KeySpan.of(levels.table(0, seed));
    boolean grows = true;
    while (grows) {
      grows = false;
      for (int i = in.length - 1; i >= 0; i--) {
        if (!in[i] && span.overlaps(levels.table(0, i)) && mayJoin(i, in)) {
          in[i] = true;
          seen[i] = true;
          span = span.with(levels.table(0, i));
          grows = true;
        }
      }
    }
    List<TableMeta> cluster = new ArrayList<>();
    for (int i = 0; i < in.length; i++) {
      if (in[i]) {
        cluster.add(levels.table(0, i));
      }
    }
    return cluster;
  }

  /** Tells whether a table is free and all older ones that it overlaps are in the cluster. */
  private boolean mayJoin(int index, boolean[] in) {
    TableMeta table = levels.table(0, index);
    if (tree.running().claims(table)) {
      return false;
    }
    for (int i = index + 1; i < in.length; i++) {
      if (!in[i] && levels.table(0, i).overlaps(table.smallest(), table.largest())) {
        return false;
      }
    }
    return true;
  }

  private boolean isWorthIt(Cluster cluster) {
    long own = cluster.ownBytes();
    return own >= tree.smallBytes() && cluster.otherBytes() <= tree.ratio() * own;
  }

  /**
   * Tells whether little data is worth a merge with much more while writers are quiet: each run of
   * level 0 is another source for every scan, and what is rewritten for it is limited.
   */
  private boolean isCrumb(Cluster cluster) {
    long others = cluster.otherBytes();
    return others <= CRUMB_SHARE * cluster.ownBytes()
        && others <= MAX_CRUMB_TABLES * LevelScores.tableBytes(tree.memtableBytes());
  }

  private CompactionPlan plan(Cluster cluster, Reason reason) {
    int level = tree.scores().baseLevel();
    if (cluster.inputs.size() == 1) {
      level = Math.max(level, tree.deepestFree(0, KeySpan.of(cluster.tables)));
      if (cluster.tables.size() == 1) {
        return tree.sink(cluster.tables.getFirst(), 0, level, reason);
      }
    }
    return tree.merge(cluster.inputs, level, reason);
  }

  /**
   * Merges neighbours in level 0 of similar size: those of a part, which has nothing in common with
   * the rest; if no part has any, small ones that are disjoint, lest files abound. In that order,
   * as the latter undo the cuts of flushes.
   */
  private @Nullable CompactionPlan mergeInner(Reason reason) {
    List<TableMeta> best = List.of();
    for (List<TableMeta> part : parts()) {
      List<TableMeta> found = neighbours(part, true);
      if (cost(found) < cost(best)) {
        best = found;
      }
    }
    if (best.isEmpty()) {
      best = neighbours(levels.tables(0), false);
    }
    return join(best, reason);
  }

  private @Nullable CompactionPlan join(List<TableMeta> tables, Reason reason) {
    return tables.isEmpty() ? null : tree.merge(List.of(new LevelTables(0, tables)), 0, reason);
  }

  /**
   * Returns the tables of level 0 in groups that neither overlap nor are over the same table of the
   * base level, each newest first.
   */
  private List<List<TableMeta>> parts() {
    List<TableMeta> byKey = new ArrayList<>(levels.tables(0));
    byKey.sort((a, b) -> Arrays.compareUnsigned(a.smallest(), b.smallest()));
    List<List<TableMeta>> parts = new ArrayList<>();
    byte[] last = null;
    for (TableMeta table : byKey) {
      KeySpan span = KeySpan.of(table);
      int base = tree.scores().baseLevel();
      for (TableMeta below : levels.overlapping(base, table.smallest(), table.largest())) {
        span = span.with(below);
      }
      if (last == null || Arrays.compareUnsigned(span.first(), last) > 0) {
        parts.add(new ArrayList<>());
        last = span.last();
      }
      last = Arrays.compareUnsigned(span.last(), last) > 0 ? span.last() : last;
      parts.getLast().add(table);
    }
    parts.forEach(part -> part.sort(Comparator.comparingInt(t -> levels.indexOf(0, t.number()))));
    return parts;
  }

  /** Returns the bytes of tables for each that disappears when they become one. */
  private static double cost(List<TableMeta> tables) {
    return tables.size() < 2
        ? Double.MAX_VALUE
        : (double) LevelTables.bytes(tables) / (tables.size() - 1);
  }

  /**
   * Returns the neighbours that cost least for each table that disappears; none if there are too
   * few. A table that is larger than all others together stays out, so that each byte is rewritten
   * a few times only while tables grow.
   *
   * @param newestFirst all tables of level 0, or of a part of it
   * @param isPart whether they are a part; if not, only small tables are joined that don't overlap
   */
  private List<TableMeta> neighbours(List<TableMeta> newestFirst, boolean isPart) {
    long most = Math.min(MAX_INNER_MEMTABLES * tree.memtableBytes(), MAX_INNER_BYTES);
    List<TableMeta> best = List.of();
    for (int from = 0; from < newestFirst.size(); from++) {
      long bytes = 0;
      long largest = 0;
      boolean isStack = true;
      for (int to = from;
          to < newestFirst.size() && !tree.running().claims(newestFirst.get(to));
          to++) {
        TableMeta table = newestFirst.get(to);
        bytes += table.fileBytes();
        largest = Math.max(largest, table.fileBytes());
        isStack &= isPart || to == from || KeySpan.of(table).overlaps(newestFirst.get(to - 1));
        if (bytes > most) {
          break;
        }
        int count = to - from + 1;
        boolean isEven = isStack && 2 * largest <= bytes || bytes <= tree.smallBytes();
        if (count >= LevelScores.LEVEL_ZERO_TRIGGER
            && isEven
            && (double) bytes / (count - 1) < cost(best)) {
          best = List.copyOf(newestFirst.subList(from, to + 1));
        }
      }
    }
    return best;
  }
}
