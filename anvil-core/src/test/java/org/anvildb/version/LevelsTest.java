package org.anvildb.version;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.anvildb.version.TestTables.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anvildb.table.TableMeta;
import org.junit.jupiter.api.Test;

final class LevelsTest {
  @Test
  void levelZeroMayOverlapAndKeepsItsOrder() {
    Levels levels = Levels.of(List.of(List.of(table(9, "a", "z"), table(12, "b", "c"))));
    assertThat(levels.tables(0)).extracting(TableMeta::number).containsExactly(9L, 12L);
    assertThat(levels).hasToString("L0[9 12]");
  }

  @Test
  void deeperLevelsRefuseOverlapAndDisorder() {
    assertThatThrownBy(() -> levelOne(table(1, "a", "m"), table(2, "m", "z")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("000001.sst and 000002.sst overlap in level 1");
    assertThatThrownBy(() -> levelOne(table(1, "n", "z"), table(2, "a", "b")))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> levelOne(table(1, "z", "a")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("the first key is greater than the last one");
  }

  @Test
  void noNumberStandsTwice() {
    assertThatThrownBy(
            () -> Levels.of(List.of(List.of(table(5, "a", "b")), List.of(table(5, "x", "y")))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("000005.sst stands twice among the levels");
  }

  @Test
  void sumsAreKeptPerLevel() {
    Levels levels = levelOne(table(1, "a", "b"), table(2, "c", "d"));
    assertThat(levels.bytes(1)).isEqualTo(2000);
    assertThat(levels.entries(1)).isEqualTo(20);
    assertThat(levels.bytes(0)).isZero();
    assertThat(levels.totalBytes()).isEqualTo(2000);
    assertThat(levels.tableCount()).isEqualTo(2);
    assertThat(levels.lastUsed()).isEqualTo(1);
    assertThat(levels.levelOf(2)).isEqualTo(1);
    assertThat(levels.levelOf(3)).isEqualTo(-1);
  }

  @Test
  void lookupsAgreeWithASlowSearch() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      List<TableMeta> sorted = new ArrayList<>();
      int at = 0;
      for (int i = random.nextInt(12); i > 0; i--) {
        int first = at + 1 + random.nextInt(5);
        at = first + random.nextInt(5);
        sorted.add(table(sorted.size() + 1, key(first), key(at)));
      }
      Levels levels = Levels.of(List.of(List.of(), sorted));
      for (int i = 0; i < at + 8; i++) {
        byte[] key = key(i).getBytes(UTF_8);
        byte[] last = key(i + random.nextInt(6)).getBytes(UTF_8);
        List<TableMeta> covering = sorted.stream().filter(t -> t.covers(key, key.length)).toList();
        int found = levels.find(1, key, key.length);
        assertThat(found < 0 ? List.of() : List.of(levels.table(1, found)))
            .as("seed %s", seed)
            .isEqualTo(covering);
        List<TableMeta> overlapping = sorted.stream().filter(t -> t.overlaps(key, last)).toList();
        assertThat(levels.overlapping(1, key, last)).as("seed %s", seed).isEqualTo(overlapping);
        assertThat(levels.overlaps(1, key, last))
            .as("seed %s", seed)
            .isEqualTo(!overlapping.isEmpty());
      }
    }
  }

  private static Levels levelOne(TableMeta... tables) {
    return Levels.of(List.of(List.of(), List.of(tables)));
  }

  private static String key(int i) {
    return String.format("%03d", i);
  }

  @Test
  void disjointNeighboursInAgeAreOneRun() {
    var newest = TestTables.table(9, "m", "z");
    var same = TestTables.table(8, "a", "f");
    var older = TestTables.table(7, "e", "n");
    var behind = TestTables.table(6, "p", "q");
    var oldest = TestTables.table(5, "q", "r");
    assertThat(Levels.runs(List.of(newest, same, older, behind, oldest)))
        .containsExactly(List.of(same, newest), List.of(older, behind), List.of(oldest));
  }
}
