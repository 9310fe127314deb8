package org.anvildb.compact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.anvildb.table.TableMeta;
import org.junit.jupiter.api.Test;

/** Tests {@link MergeCuts}. */
final class MergeCutsTest {
  private final List<TableMeta> newer = new ArrayList<>();
  private final List<TableMeta> older = new ArrayList<>();

  @Test
  void aMergeIsCutWhereTablesBeginAtEvenPlaces() {
    newer.add(table("a", "z", 100));
    for (String key : List.of("b", "d", "f", "h")) {
      older.add(table(key, key + "z", 1000));
    }
    assertThat(cuts(2)).containsExactly("f");
    assertThat(cuts(4)).containsExactly("d", "f", "h");
    assertThat(cuts(1)).isEmpty();
  }

  @Test
  void whatOnlyUnevenCutsWouldDivideStaysWhole() {
    newer.add(table("a", "z", 1000));
    older.add(table("a", "y", 1000));
    older.add(table("z", "z", 10));
    assertThat(cuts(2)).isEmpty();
  }

  @Test
  void tablesThatAreJoinedWithinLevelZeroBecomeOne() {
    for (String key : List.of("b", "d", "f", "h")) {
      newer.add(table(key, key + "z", 1000));
    }
    var joined =
        new CompactionPlan.Merge(
            0,
            List.of(new LevelTables(0, newer)),
            0,
            List.of(),
            false,
            1 << 20,
            CompactionPlan.Reason.LEVEL_ZERO);
    assertThat(MergeCuts.parts(joined, 4)).containsExactly(KeyPart.ALL);
  }

  @Test
  void partsFollowEachOtherAndAreAboutEven() {
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      newer.clear();
      older.clear();
      newer.add(table("", "~", 1 + random.nextInt(1000)));
      int tables = 1 + random.nextInt(40);
      for (int i = 0; i < tables; i++) {
        older.add(
            table(String.format("%03d", i), String.format("%03dz", i), 500 + random.nextInt(500)));
      }
      int count = 1 + random.nextInt(6);
      List<KeyPart> parts = MergeCuts.parts(plan(), count);
      String about = "seed " + seed;
      assertThat(parts).as(about).hasSizeBetween(1, count);
      assertThat(parts.getFirst().from()).as(about).isNull();
      assertThat(parts.getLast().to()).as(about).isNull();
      for (int i = 1; i < parts.size(); i++) {
        assertThat(parts.get(i).from()).as(about).isSameAs(parts.get(i - 1).to());
      }
      for (int i = 1; i + 1 < parts.size(); i++) {
        assertThat(Arrays.compareUnsigned(parts.get(i).from(), parts.get(i).to()))
            .as(about)
            .isNegative();
      }
      if (tables >= 4 * count) {
        assertThat(parts).as(about + ": many tables, " + count + " parts").hasSize(count);
      }
    }
  }

  private List<String> cuts(int count) {
    return MergeCuts.parts(plan(), count).stream()
        .skip(1)
        .map(part -> new String(part.from(), StandardCharsets.UTF_8))
        .toList();
  }

  private CompactionPlan.Merge plan() {
    return new CompactionPlan.Merge(
        0,
        List.of(new LevelTables(0, newer), new LevelTables(7, older)),
        7,
        List.of(),
        true,
        1 << 20,
        CompactionPlan.Reason.MANUAL);
  }

  private static TableMeta table(String smallest, String largest, long bytes) {
    return new TableMeta(
        1,
        bytes,
        1,
        0,
        smallest.getBytes(StandardCharsets.UTF_8),
        largest.getBytes(StandardCharsets.UTF_8),
        0,
        0);
  }
}
