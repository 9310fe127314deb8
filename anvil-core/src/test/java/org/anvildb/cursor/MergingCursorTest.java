package org.anvildb.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Tests {@link MergingCursor}. */
final class MergingCursorTest extends InternalCursorContract {
  @Override
  protected InternalCursor open(List<TestEntry> entries, Random random) {
    return MergingCursor.of(split(entries, random).stream().map(ListCursor::new).toList());
  }

  /** Spreads versions over sources: of two versions of a key, the newer is never ranked later. */
  static List<List<TestEntry>> split(List<TestEntry> entries, Random random) {
    int sources = 1 + random.nextInt(random.nextInt(4) == 0 ? 12 : 5);
    List<List<TestEntry>> split = new ArrayList<>();
    for (int i = 0; i < sources; i++) {
      split.add(new ArrayList<>());
    }
    var ranks = new TreeMap<TestEntry.Text, Integer>();
    for (TestEntry entry : entries) {
      int from = ranks.getOrDefault(entry.key(), 0);
      int rank = from + random.nextInt(sources - from);
      ranks.put(entry.key(), rank);
      split.get(rank).add(entry);
    }
    return split;
  }

  @Test
  void equalKeysComeOutNewestSourceFirstWhateverTheirSequences() {
    var newer = List.of(TestEntry.put("a", 0, "new"));
    var older = List.of(TestEntry.put("a", 9, "old"), TestEntry.put("a", 3, "older"));
    try (var merged = MergingCursor.of(List.of(new ListCursor(newer), new ListCursor(older)))) {
      var expected = List.of(newer.getFirst(), older.getFirst(), older.getLast());
      new CursorModel(merged, expected, "ranks").walk(new Random(5), 200);
    }
  }

  @Test
  void oneSourceIsReturnedItself() {
    var only = new ListCursor(List.of());
    assertThat(MergingCursor.of(List.of(only))).isSameAs(only);
    assertThat(MergingCursor.of(List.of())).isSameAs(EmptyCursor.INSTANCE);
  }

  @Test
  void closingClosesAllSources() {
    var sources = List.of(new ListCursor(List.of()), new ListCursor(List.of()));
    MergingCursor.of(sources).close();
    assertThat(sources).allMatch(ListCursor::closed);
  }

  @Test
  void aSharedPrefixThatComesAndGoesChangesNothing() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<TestEntry> entries = new ArrayList<>();
      for (int tenant = 0; tenant < 6; tenant++) {
        String front = "t" + tenant + "/" + "same".repeat(tenant * 2) + "/";
        for (int i = 0; i < 300; i++) {
          entries.add(TestEntry.put(front + String.format("%05d", i), i, "v"));
        }
      }
      try (var cursor = open(entries, random)) {
        new CursorModel(cursor, entries, "seed " + seed).walk(random, 40);
        var seen = new ArrayList<TestEntry>();
        for (boolean on = cursor.seekFirst(); on; on = cursor.next()) {
          seen.add(CursorModel.read(cursor));
        }
        assertThat(seen).as("seed " + seed).isEqualTo(entries);
        for (boolean on = cursor.seekLast(); on; on = cursor.previous()) {
          assertThat(CursorModel.read(cursor)).isEqualTo(seen.removeLast());
        }
        assertThat(seen).isEmpty();
      }
    }
  }
}
