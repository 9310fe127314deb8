package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.table.TableMeta;
import org.anvildb.version.Levels;

/**
 * How much each level holds against how much it should. Immutable.
 *
 * <p>Targets are counted from the last level upwards: each level may have a ratio-th of the one
 * below it, up to the <em>base level</em>, the highest whose target is still worth merging level 0
 * into. So small data sits in the last level alone, and whatever is in the levels above it, the
 * only place of garbage, stays a fixed share of it. Levels above the base level should be empty.
 */
public final class LevelScores {
  /** As many runs in level 0 make it due. */
  public static final int LEVEL_ZERO_TRIGGER = 4;

  /** As many tables count as a run, even if they are disjoint: files must not abound. */
  static final int MAX_RUN_TABLES = 8;

  /** The lower limit of a base level's target, in memtables: what level 0 holds when it is due. */
  private static final int BASE_MEMTABLES = LEVEL_ZERO_TRIGGER;

  private static final long MIN_TABLE_BYTES = 64L << 10;
  private static final long MAX_TABLE_BYTES = 64L << 20;

  private final int baseLevel;
  private final long[] targets = new long[Levels.COUNT];
  private final double[] scores = new double[Levels.COUNT];
  private final long debtBytes;

  private LevelScores(Levels levels, int ratio, long memtableBytes, Running running) {
    long most = 0;
    for (int level = 1; level < Levels.COUNT; level++) {
      most = Math.max(most, levels.bytes(level));
    }
    long smallest = BASE_MEMTABLES * memtableBytes;
    targets[Levels.LAST] = Long.MAX_VALUE;
    int base = Levels.LAST;
    long target = most;
    while (base > 1 && target / ratio >= smallest) {
      target /= ratio;
      targets[--base] = target;
    }
    this.baseLevel = base;
    this.targets[0] = smallest;
    for (int level = 0; level < Levels.LAST; level++) {
      scores[level] = score(levels, level, running);
    }
    this.debtBytes = debt(levels, ratio);
  }

  /**
   * Scores the levels of a keyspace.
   *
   * @param ratio how many times larger a level is than the one above it
   * @param memtableBytes the size of a memtable
   * @param running what is being compacted: it no longer counts as a reason to compact
   */
  public static LevelScores of(Levels levels, int ratio, long memtableBytes, Running running) {
    return new LevelScores(levels, ratio, memtableBytes, running);
  }

  /** Returns the size at which an output table is closed. */
  public static long tableBytes(long memtableBytes) {
    return Math.clamp(memtableBytes, MIN_TABLE_BYTES, MAX_TABLE_BYTES);
  }

  /** Returns the level that level 0 is merged into. */
  public int baseLevel() {
    return baseLevel;
  }

  /** Returns how much a level should have at most; 0 for one above the base level. */
  public long targetBytes(int level) {
    return targets[level];
  }

  /** Returns what a level has relative to its target; 1 or more is due. The last level has 0. */
  public double score(int level) {
    return scores[level];
  }

  /**
   * Returns about how many bytes must be written until no level is above its target, running plans
   * included.
   */
  public long debtBytes() {
    return debtBytes;
  }

  private double score(Levels levels, int level, Running running) {
    long bytes = 0;
    List<TableMeta> free = new ArrayList<>();
    for (TableMeta table : levels.tables(level)) {
      if (!running.claims(table)) {
        bytes += table.fileBytes();
        free.add(table);
      }
    }
    if (level == 0) {
      double runs = Levels.runs(free).size();
      double reads = Math.max(runs, (double) free.size() / MAX_RUN_TABLES);
      return Math.max(reads / LEVEL_ZERO_TRIGGER, (double) bytes / targets[0]);
    }
    return level < baseLevel ? 1.0 * free.size() : (double) bytes / targets[level];
  }

  /** What is above a target sinks level by level, and takes its share of each level along. */
  private long debt(Levels levels, int ratio) {
    long sinking = 0;
    if (levels.runs().size() >= LEVEL_ZERO_TRIGGER || levels.bytes(0) > targets[0]) {
      sinking = levels.bytes(0);
    }
    long debt = sinking;
    for (int level = 1; level < Levels.COUNT; level++) {
      if (level >= baseLevel && sinking > 0) {
        debt += Math.min(levels.bytes(level), ratio * sinking);
      }
      long target = level == Levels.LAST ? Long.MAX_VALUE : targets[level];
      long held = sinking + levels.bytes(level);
      sinking = Math.max(0, held - target);
      if (level < Levels.LAST) {
        debt += sinking;
      }
    }
    return debt;
  }
}
