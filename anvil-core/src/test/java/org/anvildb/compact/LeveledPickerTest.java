package org.anvildb.compact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.anvildb.api.KeyRange;
import org.anvildb.version.Levels;
import org.junit.jupiter.api.Test;

/**
 * Runs loads against a model of the tree: nothing is lost, all comes to an end, space is bounded.
 */
final class LeveledPickerTest {
  private static final long MEMTABLE = 64 << 10;
  private static final int MEMTABLE_ENTRIES = (int) (MEMTABLE / ModelTree.ENTRY_BYTES);

  private int nextValue = 1;

  @Test
  void readsAreRightUnderRandomLoadsWithSeveralWorkers() {
    for (int seed = 0; seed < 15; seed++) {
      Random random = new Random(seed);
      int workers = 1 + random.nextInt(4);
      int keys = 200 + random.nextInt(20_000);
      int deletes = random.nextInt(4) == 0 ? 70 : random.nextInt(30);
      ModelTree tree = new ModelTree(MEMTABLE, 2 + random.nextInt(9), "seed " + seed);
      for (int i = 0; i < 100; i++) {
        tree.flush(memtable(random, keys, deletes));
        for (int j = random.nextInt(4); j > 0; j--) {
          tree.begin(workers, random.nextInt(8) == 0);
          if (tree.running().count() > 0 && random.nextBoolean()) {
            tree.finish(random);
          }
        }
        if (i % 10 == 0) {
          tree.checkReads();
        }
      }
      tree.settle(random, workers, false);
      tree.checkReads();
      assertNothingIsDue(tree, "seed " + seed);
      tree.settle(random, workers, true);
      tree.checkReads();
      assertSettled(tree, "seed " + seed);
    }
  }

  @Test
  void inOrderFillsAreMovesOnly() {
    ModelTree tree = new ModelTree(MEMTABLE, 10, "in order");
    Random random = new Random(0);
    for (int i = 0; i < 600; i++) {
      NavigableMap<String, Integer> memtable = new TreeMap<>();
      for (int j = 0; j < MEMTABLE_ENTRIES; j++) {
        memtable.put(ModelTree.key(i * MEMTABLE_ENTRIES + j), nextValue++);
      }
      tree.flush(memtable);
      tree.settle(random, 2, false);
    }
    assertThat(tree.writeAmplification()).isEqualTo(1.0);
    assertThat(tree.moves()).isEqualTo(600);
    assertThat(tree.levels().size(Levels.LAST)).isEqualTo(600);
  }

  @Test
  void aRandomFillOfManyMemtablesIsRewrittenAFewTimesOnly() {
    ModelTree tree = new ModelTree(MEMTABLE, 10, "random fill");
    Random random = new Random(0);
    for (int i = 0; i < 400; i++) {
      tree.flush(memtable(random, 10_000_000, 0));
      tree.settle(random, 2, false);
    }
    tree.checkReads();
    assertThat(tree.writeAmplification()).isLessThan(14);
  }

  @Test
  void smallFlushesAreMergedAmongThemselvesFirst() {
    ModelTree tree = new ModelTree(MEMTABLE, 10, "small flushes");
    Random random = new Random(0);
    for (int i = 0; i < 30; i++) {
      tree.flush(memtable(random, 10_000_000, 0));
    }
    tree.settle(random, 1, true);
    for (int i = 0; i < 1000; i++) {
      NavigableMap<String, Integer> memtable = new TreeMap<>();
      memtable.put(ModelTree.key(random.nextInt(10_000_000)), nextValue++);
      memtable.put(ModelTree.key(random.nextInt(10_000_000)), nextValue++);
      tree.flush(memtable);
      tree.settle(random, 1, false);
      assertThat(tree.levels().runs().size()).isLessThanOrEqualTo(12);
      assertThat(tree.levels().size(0)).isLessThanOrEqualTo(40);
    }
    tree.checkReads();
    assertThat(tree.writeAmplification()).isLessThan(12);
  }

  @Test
  void tinyTablesThatAreDisjointAreJoinedBeforeTheyAbound() {
    ModelTree tree = new ModelTree(16 * MEMTABLE, 10, "tiny tables");
    Random random = new Random(0);
    for (int i = 0; i < 1000; i++) {
      NavigableMap<String, Integer> memtable = new TreeMap<>();
      memtable.put(ModelTree.key(i), nextValue++);
      tree.flush(memtable);
      tree.settle(random, 1, false);
      assertThat(tree.levels().size(0)).isLessThanOrEqualTo(200);
    }
    tree.checkReads();
    assertThat(tree.writeAmplification()).isLessThan(12);
  }

  @Test
  void whatIsDeletedGoesWhenItSettles() {
    ModelTree tree = new ModelTree(MEMTABLE, 10, "deletes");
    Random random = new Random(0);
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < 60; i++) {
        NavigableMap<String, Integer> memtable = new TreeMap<>();
        for (int j = 0; j < MEMTABLE_ENTRIES; j++) {
          int key = round == 0 ? random.nextInt(3000) : 50 * i + j % 50;
          memtable.put(ModelTree.key(key), round == 0 ? nextValue++ : 0);
        }
        tree.flush(memtable);
        tree.settle(random, 2, false);
      }
    }
    tree.settle(random, 2, true);
    tree.checkReads();
    assertThat(tree.liveEntries()).isZero();
    assertThat(tree.levels().tableCount()).isZero();
  }

  @Test
  void aMajorCompactionLeavesOneLevelWithoutGarbage() {
    for (int seed = 0; seed < 15; seed++) {
      Random random = new Random(seed);
      ModelTree tree = new ModelTree(MEMTABLE, 4, "seed " + seed);
      for (int i = 0; i < 100; i++) {
        tree.flush(memtable(random, 3000, 20));
        if (random.nextBoolean()) {
          tree.begin(2, false);
        }
        if (tree.running().count() > 0 && random.nextBoolean()) {
          tree.finish(random);
        }
      }
      major(tree, KeyRange.all(), random);
      tree.checkReads();
      assertThat(tree.levels().bytes(Levels.LAST))
          .as("seed %s", seed)
          .isEqualTo(tree.levels().totalBytes())
          .isEqualTo(tree.liveEntries() * ModelTree.ENTRY_BYTES);
    }
  }

  @Test
  void aCompactionOfARangeLeavesTheRestAlone() {
    for (int seed = 0; seed < 15; seed++) {
      Random random = new Random(seed);
      ModelTree tree = new ModelTree(MEMTABLE, 4, "seed " + seed);
      for (int i = 0; i < 60; i++) {
        tree.flush(memtable(random, 3000, 20));
        tree.settle(random, 2, false);
      }
      byte[] from = ModelTree.key(1000).getBytes(UTF_8);
      byte[] to = ModelTree.key(1100).getBytes(UTF_8);
      major(tree, KeyRange.between(from, to), random);
      tree.checkReads();
      for (int level = 0; level < Levels.LAST; level++) {
        assertThat(tree.levels().overlaps(level, from, from)).as("seed %s", seed).isFalse();
      }
    }
  }

  private static void major(ModelTree tree, KeyRange range, Random random) {
    MajorPicker picker = new MajorPicker(range, tree.nextNumber());
    for (int step = 0; !picker.isDone(tree.keyspace()); step++) {
      assertThat(step).as("does not come to an end").isLessThan(1000);
      boolean began = tree.begin(picker.pick(tree.keyspace(), tree.running(), MEMTABLE));
      if (!began || random.nextBoolean()) {
        assertThat(tree.running().count()).as("is stuck").isPositive();
        tree.finish(random);
      }
    }
    while (tree.running().count() > 0) {
      tree.finish(random);
    }
  }

  private static void assertNothingIsDue(ModelTree tree, String what) {
    LevelScores scores =
        LevelScores.of(
            tree.levels(), tree.keyspace().options().levelRatio(), MEMTABLE, tree.running());
    for (int level = 1; level < Levels.LAST; level++) {
      assertThat(scores.score(level)).as("%s, level %s", what, level).isLessThan(1);
    }
    assertThat(tree.levels().runs().size()).as(what).isLessThan(16);
  }

  private static void assertSettled(ModelTree tree, String what) {
    long last = tree.levels().bytes(Levels.LAST);
    assertThat(tree.levels().totalBytes()).as(what).isLessThanOrEqualTo(last + last / 10);
    assertThat(last)
        .as(what)
        .isLessThanOrEqualTo((long) (1.1 * tree.liveEntries() * ModelTree.ENTRY_BYTES) + MEMTABLE);
  }

  private NavigableMap<String, Integer> memtable(Random random, int keys, int deletePercent) {
    NavigableMap<String, Integer> memtable = new TreeMap<>();
    int from = random.nextInt(3) == 0 ? random.nextInt(keys) : 0;
    int width = from == 0 ? keys : Math.max(1, keys / 20);
    for (int i = 0; i < MEMTABLE_ENTRIES; i++) {
      boolean isDelete = random.nextInt(100) < deletePercent;
      memtable.put(ModelTree.key(from + random.nextInt(width)), isDelete ? 0 : nextValue++);
    }
    return memtable;
  }
}
