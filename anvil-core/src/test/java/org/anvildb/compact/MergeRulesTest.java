package org.anvildb.compact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anvildb.compact.CompactionPlan.Merge;
import org.anvildb.compact.CompactionPlan.Reason;
import org.anvildb.table.TableMeta;
import org.anvildb.version.VersionEdit;
import org.junit.jupiter.api.Test;

/** What a merge is told by its plan: which tombstones go, where tables are cut, which edits. */
final class MergeRulesTest {
  @Test
  void aTombstoneGoesWhereNothingBelowCoversItsKey() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<LevelTables> below = new ArrayList<>();
      for (int level = 5; level < 8; level++) {
        below.add(new LevelTables(level, tables(random, 10 * level)));
      }
      TombstoneElision elision = new TombstoneElision(merge(4, below, false));
      int key = 0;
      while (key < 200) {
        byte[] bytes = key(key);
        boolean covered =
            below.stream()
                .flatMap(level -> level.tables().stream())
                .anyMatch(table -> table.covers(bytes, bytes.length));
        assertThat(elision.mayDrop(bytes, bytes.length))
            .as("seed %s, key %s", seed, key)
            .isEqualTo(!covered);
        key += random.nextInt(3);
      }
    }
  }

  @Test
  void allTombstonesGoAtTheBottomAndNoneInLevelZero() {
    byte[] key = key(1);
    assertThat(new TombstoneElision(merge(7, List.of(), true)).mayDrop(key, key.length)).isTrue();
    assertThat(new TombstoneElision(merge(0, List.of(), false)).mayDrop(key, key.length)).isFalse();
  }

  @Test
  void aTableIsCutAtItsSize() {
    OutputSplitter splitter = new OutputSplitter(100);
    assertThat(splitter.cutsBefore(key(1), 3, 0)).isFalse();
    assertThat(splitter.cutsBefore(key(2), 3, 99)).isFalse();
    assertThat(splitter.cutsBefore(key(3), 3, 100)).isTrue();
    assertThat(splitter.cutsBefore(key(4), 3, 10)).isFalse();
  }

  @Test
  void aTableIsCutBeforeItOverlapsTooMuchBelow() {
    List<TableMeta> under = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      under.add(table(i + 1, 10 * i, 10 * i + 5, 200));
    }
    OutputSplitter splitter =
        new OutputSplitter(merge(6, List.of(new LevelTables(7, under)), false));
    List<Integer> cuts = new ArrayList<>();
    long open = 0;
    for (int key = 42; key < 300; key++) {
      if (splitter.cutsBefore(key(key), 3, open)) {
        cuts.add(key);
        open = 0;
      }
      open++;
    }
    // Ten times the target of 100 are the five tables that end at 45, 55, 65, 75 and 85.
    assertThat(cuts).containsExactly(86, 136, 186, 236, 286);
  }

  @Test
  void outputsTakeThePlaceOfInputs() {
    TableMeta newer = table(5, 1, 9, 1);
    TableMeta older = table(4, 1, 9, 1);
    TableMeta output = table(6, 1, 9, 1);
    var inputs = List.of(new LevelTables(0, List.of(newer, older)));
    Merge inner = new Merge(3, inputs, 0, List.of(), false, 100, Reason.LEVEL_ZERO);
    assertThat(inner.edits(List.of(output)))
        .containsExactly(
            new VersionEdit.AddTable(3, 0, 5, output),
            new VersionEdit.RemoveTable(3, 0, 5),
            new VersionEdit.RemoveTable(3, 0, 4));
    Merge down = new Merge(3, inputs, 7, List.of(), true, 100, Reason.LEVEL_ZERO);
    assertThat(down.edits(List.of()))
        .containsExactly(
            new VersionEdit.RemoveTable(3, 0, 5), new VersionEdit.RemoveTable(3, 0, 4));
  }

  private static Merge merge(int outputLevel, List<LevelTables> below, boolean isBottom) {
    var inputs = List.of(new LevelTables(0, List.of(table(99, 0, 999, 1))));
    return new Merge(0, inputs, outputLevel, below, isBottom, 100, Reason.LEVEL_ZERO);
  }

  private static List<TableMeta> tables(Random random, int number) {
    List<TableMeta> tables = new ArrayList<>();
    int at = random.nextInt(20);
    while (at < 180) {
      int last = at + random.nextInt(20);
      tables.add(table(number + tables.size(), at, last, 1));
      at = last + 1 + random.nextInt(30);
    }
    return tables;
  }

  private static TableMeta table(int number, int first, int last, long bytes) {
    return new TableMeta(number, bytes, 1, 0, key(first), key(last), 0, 0);
  }

  private static byte[] key(int number) {
    return String.format("%03d", number).getBytes(UTF_8);
  }
}
