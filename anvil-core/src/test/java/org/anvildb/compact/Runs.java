package org.anvildb.compact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.cursor.ListCursor;
import org.anvildb.cursor.MergingCursor;
import org.anvildb.cursor.TestEntry;
import org.anvildb.cursor.TestEntry.Text;

/**
 * A model of a keyspace: sorted runs, newest first, and the open snapshots. What every snapshot
 * sees was noted when it was opened, and has to stay.
 */
final class Runs {
  static final long NOW = Long.MAX_VALUE;

  private final Random random;
  private final int shape;
  private final int distinct;
  private final List<List<TestEntry>> runs = new ArrayList<>();
  private final TreeMap<Long, TreeMap<Text, Text>> views = new TreeMap<>();
  private long sequence;

  Runs(Random random) {
    this.random = random;
    this.shape = random.nextInt(5);
    this.distinct = 1 + random.nextInt(20);
  }

  List<List<TestEntry>> runs() {
    return runs;
  }

  long[] snapshots() {
    return views.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  /** Adds a run of new versions, and opens snapshots while it grows. */
  void write(int count) {
    List<TestEntry> run = new ArrayList<>();
    runs.addFirst(run);
    for (int i = 0; i < count; i++) {
      sequence++;
      Text key = TestEntry.randomKey(random, shape, distinct);
      boolean tombstone = random.nextInt(3) == 0;
      Text value = TestEntry.text(tombstone ? "" : "v" + sequence);
      run.addFirst(new TestEntry(key, sequence, tombstone, value));
      if (random.nextInt(6) == 0) {
        views.put(sequence, view(runs, sequence));
      }
    }
    run.sort(TestEntry.ORDER);
  }

  void closeSomeSnapshots() {
    views.keySet().removeIf(snapshot -> random.nextInt(3) == 0);
  }

  /** Returns the keys that older runs than one have. */
  Set<Text> keysBelow(int run) {
    Set<Text> keys = new HashSet<>();
    runs.subList(run, runs.size()).forEach(older -> older.forEach(e -> keys.add(e.key())));
    return keys;
  }

  /** Replaces runs, the first inclusive, by another. */
  void replace(int from, int to, List<TestEntry> merged) {
    runs.subList(from, to).clear();
    runs.add(from, List.copyOf(merged));
  }

  TreeMap<Text, Text> now() {
    return view(runs, NOW);
  }

  void checkViews(String about) {
    views.forEach((snapshot, seen) ->
        assertThat(view(runs, snapshot)).as(about + ", snapshot " + snapshot).isEqualTo(seen));
  }

  /** Checks that a merged run has no version that no reader can tell from a newer one. */
  void checkMinimal(List<TestEntry> merged, String about) {
    var allowed = new TreeSet<Long>(List.of(0L));
    views.keySet().forEach(snapshot -> allowed.add(snapshot + 1));
    Set<List<Object>> seen = new HashSet<>();
    for (TestEntry entry : merged) {
      assertThat(allowed).as(about).contains(entry.sequence());
      assertThat(seen.add(List.of(entry.key(), entry.sequence()))).as(about).isTrue();
    }
  }

  static InternalCursor merge(List<List<TestEntry>> runs) {
    return MergingCursor.of(runs.stream().map(ListCursor::new).toList());
  }

  /** What a reader sees: of each key the newest version, by runs, that is not too new. */
  static TreeMap<Text, Text> view(List<List<TestEntry>> runs, long maxSequence) {
    var newest = new TreeMap<Text, TestEntry>();
    for (List<TestEntry> run : runs) {
      var own = new TreeMap<Text, TestEntry>();
      for (TestEntry entry : run) {
        if (entry.sequence() <= maxSequence) {
          own.putIfAbsent(entry.key(), entry);
        }
      }
      own.forEach(newest::putIfAbsent);
    }
    var visible = new TreeMap<Text, Text>();
    newest.forEach((key, entry) -> {
      if (!entry.tombstone()) {
        visible.put(key, entry.value());
      }
    });
    return visible;
  }
}
