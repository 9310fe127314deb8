package org.anvildb.compact;

import static org.anvildb.cursor.TestEntry.delete;
import static org.anvildb.cursor.TestEntry.put;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.anvildb.cursor.ListCursor;
import org.anvildb.cursor.TestEntry;
import org.anvildb.cursor.TestEntry.Text;
import org.junit.jupiter.api.Test;

/** Tests {@link CompactionCursor}. */
final class CompactionCursorTest {
  private static final TombstoneRule DROP = (key, length) -> true;

  private static final List<TestEntry> EXAMPLE =
      List.of(
          put("k", 25, "e"),
          put("k", 21, "d"),
          put("k", 15, "c"),
          delete("k", 7),
          put("k", 3, "a"));

  @Test
  void theExampleOfTheClassCommentHolds() {
    assertThat(compact(EXAMPLE, TombstoneRule.KEEP, 10, 20))
        .containsExactly(put("k", 21, "e"), put("k", 11, "c"), delete("k", 0));
    assertThat(compact(EXAMPLE, DROP, 10, 20))
        .containsExactly(put("k", 21, "e"), put("k", 11, "c"));
  }

  @Test
  void withoutSnapshotsTheNewestVersionIsKeptWithSequenceZero() {
    assertThat(compact(EXAMPLE, TombstoneRule.KEEP)).containsExactly(put("k", 0, "e"));
  }

  @Test
  void aTombstoneThatASnapshotCannotSeeStaysAtTheBottom() {
    var entries = List.of(delete("k", 9), put("k", 4, "old"));
    assertThat(compact(entries, DROP, 5)).containsExactly(delete("k", 6), put("k", 0, "old"));
    assertThat(compact(entries, DROP, 9)).isEmpty();
  }

  @Test
  void anOlderVersionMayCarryTheLargerSequenceOfAClosedSnapshot() {
    var entries = List.of(put("k", 0, "new"), put("k", 5, "old"));
    assertThat(compact(entries, TombstoneRule.KEEP, 9)).containsExactly(put("k", 0, "new"));
  }

  @Test
  void whatEachSnapshotSeesIsTheSameAfterAnyNumberOfMerges() {
    for (long seed = 0; seed < 4000; seed++) {
      Random random = new Random(seed);
      Runs runs = new Runs(random);
      for (int round = 0; round < 6; round++) {
        runs.write(random.nextInt(25));
        compactSome(runs, random, "seed " + seed + ", round " + round);
      }
    }
  }

  private static void compactSome(Runs runs, Random random, String about) {
    int count = runs.runs().size();
    int from = random.nextInt(count);
    int to = from + 1 + random.nextInt(count - from);
    if (random.nextBoolean()) {
      runs.closeSomeSnapshots();
    }
    var now = runs.now();
    var below = runs.keysBelow(to);
    TombstoneRule rule = (key, length) -> !below.contains(new Text(Arrays.copyOf(key, length)));
    var cursor =
        new CompactionCursor(
            Runs.merge(runs.runs().subList(from, to)), runs.snapshots(), rule, read -> false);
    List<TestEntry> merged = readAll(cursor);
    runs.replace(from, to, merged);
    runs.checkMinimal(merged, about);
    runs.checkViews(about);
    assertThat(runs.now()).as(about).isEqualTo(now);
  }

  @Test
  void onlyTheFirstKeptVersionOfAKeyStartsIt() {
    var cursor =
        new CompactionCursor(
            new ListCursor(EXAMPLE), new long[] {10, 20}, TombstoneRule.KEEP, r -> false);
    List<Boolean> starts = new ArrayList<>();
    while (cursor.next()) {
      starts.add(cursor.startsKey());
    }
    assertThat(starts).containsExactly(true, false, false);
    assertThat(cursor.entriesRead()).isEqualTo(5);
  }

  @Test
  void cancellingStopsEvenWhereEverythingIsDropped() {
    var tombstones =
        IntStream.range(0, 100_000).mapToObj(i -> delete(String.format("%06d", i), i)).toList();
    var asked = new ArrayList<Long>();
    var cursor =
        new CompactionCursor(
            new ListCursor(tombstones),
            new long[0],
            DROP,
            read -> asked.add(read) && read > 20_000);
    assertThat(cursor.next()).isFalse();
    assertThat(cursor.stopped()).isTrue();
    assertThat(asked.getLast()).isBetween(20_000L, 30_000L);
  }

  private static List<TestEntry> compact(
      List<TestEntry> entries, TombstoneRule rule, long... snapshots) {
    return readAll(new CompactionCursor(new ListCursor(entries), snapshots, rule, read -> false));
  }

  private static List<TestEntry> readAll(CompactionCursor cursor) {
    List<TestEntry> entries = new ArrayList<>();
    while (cursor.next()) {
      byte[] value =
          cursor
              .valueMemory()
              .asSlice(cursor.valueOffset(), cursor.valueLength())
              .toArray(ValueLayout.JAVA_BYTE);
      Text key = new Text(Arrays.copyOf(cursor.key(), cursor.keyLength()));
      entries.add(new TestEntry(key, cursor.sequence(), cursor.tombstone(), new Text(value)));
    }
    return entries;
  }
}
