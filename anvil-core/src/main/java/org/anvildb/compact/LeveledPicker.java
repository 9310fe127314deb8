package org.anvildb.compact;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.anvildb.compact.CompactionPlan.Reason;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;
import org.anvildb.version.Version;
import org.jspecify.annotations.Nullable;

/**
 * Decides what to compact next under the leveled policy. Pure: the same arguments give the same
 * plan. Called again after each plan that was begun or done, until it answers {@link
 * CompactionPlan.None}.
 *
 * <p>Moves come first, as they cost nothing; then the level that is furthest above its target; then
 * tables full of tombstones. {@link #pickSettling} goes on from there when writers are quiet.
 */
public final class LeveledPicker {
  private static final CompactionPlan NONE = new CompactionPlan.None();

  /** Settled data has at most a tenth above its last level: garbage can be nowhere else. */
  private static final int SETTLED_SHARE = 10;

  /**
   * When level 0 is due. While writers fill memtables one after the other, one part of it is merged
   * at a time.
   */
  public enum LevelZero {
    /**
     * At twice the depth, as writers fill memtables one after the other and there is space: that
     * halves how often the level below is rewritten, and leaves the processor to the writers.
     * Measured on two cores, 2 M entries (means of three runs): overwriting made 740 thousand/s
     * without this and 870 with it, gets beside a writer 370 and 510, that writer 410 and 520.
     */
    DEFERRED(2),

    /** At its target, as writers are not busy. */
    USUAL(1),

    /** As soon as it has anything, as writers are busy and space is short. */
    URGENT(1.0 / LevelScores.LEVEL_ZERO_TRIGGER);

    private final double score;

    LevelZero(double score) {
      this.score = score;
    }
  }

  private LeveledPicker() {}

  /** Picks what is most urgent in all keyspaces, while writers are not busy. */
  public static CompactionPlan pick(Version version, Running running, long memtableBytes) {
    return pick(version, running, memtableBytes, LevelZero.USUAL);
  }

  /**
   * Picks what is most urgent in all keyspaces.
   *
   * @param levelZero when level 0 is due
   */
  public static CompactionPlan pick(
      Version version, Running running, long memtableBytes, LevelZero levelZero) {
    List<Tree> trees = trees(version, running, memtableBytes);
    for (Tree tree : trees) {
      CompactionPlan plan = new LevelZeroPicker(tree).move();
      if (plan != null) {
        return plan;
      }
    }
    for (Candidate candidate : candidates(trees, levelZero)) {
      CompactionPlan plan = candidate.pick(levelZero);
      if (plan != null) {
        return plan;
      }
    }
    for (Tree tree : trees) {
      CompactionPlan plan = pickUpkeep(tree);
      if (plan != null) {
        return plan;
      }
    }
    return NONE;
  }

  /** As {@link #pick(Version, Running, long)}, for one keyspace. */
  public static CompactionPlan pick(KeyspaceVersion keyspace, Running running, long memtableBytes) {
    Tree tree = Tree.of(keyspace, running, memtableBytes);
    CompactionPlan plan = new LevelZeroPicker(tree).move();
    for (Candidate candidate : candidates(List.of(tree), LevelZero.USUAL)) {
      plan = plan == null ? candidate.pick(LevelZero.USUAL) : plan;
    }
    plan = plan == null ? pickUpkeep(tree) : plan;
    return plan == null ? NONE : plan;
  }

  /** Picks what no level's fill tells: tables full of tombstones, and tiny ones that abound. */
  private static @Nullable CompactionPlan pickUpkeep(Tree tree) {
    CompactionPlan plan = new LevelPicker(tree).sinkTombstones();
    return plan == null ? new LevelZeroPicker(tree).gather() : plan;
  }

  /** Tells whether tiny tables abound in a keyspace, so that merging should go on for a while. */
  public static boolean isLittered(Version version, Running running, long memtableBytes) {
    return trees(version, running, memtableBytes).stream()
        .anyMatch(tree -> new LevelZeroPicker(tree).isLittered());
  }

  /**
   * Picks what is not due, but gives space back: to be asked while writers are quiet and {@link
   * #pick} answers none. After it answers none itself, each keyspace holds at most a tenth more
   * than what is in its last level, and no part of level 0 is worth a merge.
   */
  public static CompactionPlan pickSettling(Version version, Running running, long memtableBytes) {
    for (Tree tree : trees(version, running, memtableBytes)) {
      CompactionPlan plan = settle(tree);
      if (plan != null) {
        return plan;
      }
    }
    return NONE;
  }

  /** A level that is due. */
  private record Candidate(Tree tree, int level, double score) {
    @Nullable CompactionPlan pick(LevelZero levelZero) {
      return level == 0
          ? new LevelZeroPicker(tree).merge(false, levelZero != LevelZero.USUAL)
          : new LevelPicker(tree).sink(level, Reason.LEVEL_BYTES);
    }
  }

  private static List<Tree> trees(Version version, Running running, long memtableBytes) {
    List<Tree> trees = new ArrayList<>();
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      trees.add(Tree.of(keyspace, running, memtableBytes));
    }
    return trees;
  }

  private static List<Candidate> candidates(List<Tree> trees, LevelZero levelZero) {
    List<Candidate> due = new ArrayList<>();
    for (Tree tree : trees) {
      for (int level = 0; level < Levels.LAST; level++) {
        double score = tree.scores().score(level);
        if (score >= (level == 0 ? levelZero.score : 1)) {
          due.add(new Candidate(tree, level, score));
        }
      }
    }
    due.sort(Comparator.comparingDouble(Candidate::score).reversed());
    return due;
  }

  /** Lets the fullest level above the last one sink, if all of these hold too much together. */
  private static @Nullable CompactionPlan settle(Tree tree) {
    Levels levels = tree.levels();
    long last = levels.bytes(Levels.LAST);
    if (levels.totalBytes() - last <= last / SETTLED_SHARE) {
      // Parts of level 0 that are worth it go down all the same: reads look into each of its runs.
      return new LevelZeroPicker(tree).settlePart();
    }
    List<Integer> fullest = new ArrayList<>();
    for (int level = 0; level < Levels.LAST; level++) {
      if (levels.size(level) > 0) {
        fullest.add(level);
      }
    }
    fullest.sort(Comparator.comparingLong((Integer level) -> levels.bytes(level)).reversed());
    for (int level : fullest) {
      CompactionPlan plan =
          level == 0
              ? new LevelZeroPicker(tree).merge(true, false)
              : new LevelPicker(tree).sink(level, Reason.SETTLING);
      if (plan != null) {
        return plan;
      }
    }
    return null;
  }
}
