package org.anvildb.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What every {@link InternalCursor} has to do, whatever is below it. A test class of an
 * implementation extends this one.
 */
public abstract class InternalCursorContract {
  /**
   * Opens a cursor over entries.
   *
   * @param entries in key order, newest first within a key; sequence numbers are 1, 2, 3 ...
   * @param random decides how they are spread over sources, levels, blocks
   */
  protected abstract InternalCursor open(List<TestEntry> entries, Random random);

  /** Returns what such a cursor has to show. */
  protected List<TestEntry> expected(List<TestEntry> entries) {
    return entries;
  }

  /** Returns how many random cursors to try. */
  protected int seeds() {
    return 400;
  }

  @Test
  void randomMovesShowTheSameEntriesAsAList() {
    for (long seed = 0; seed < seeds(); seed++) {
      Random random = new Random(seed);
      int count = random.nextInt(random.nextInt(10) == 0 ? 400 : 40);
      var entries = TestEntry.random(random, count, 1 + random.nextInt(2 * count + 1));
      try (InternalCursor cursor = open(entries, random)) {
        new CursorModel(cursor, expected(entries), "seed " + seed).walk(random, 60);
      }
    }
  }

  @Test
  void keysWithoutSecondVersionsAreShownInOrderToo() {
    for (long seed = 0; seed < seeds(); seed++) {
      Random random = new Random(~seed);
      var all = TestEntry.random(random, random.nextInt(60), 200);
      var newest = new TreeMap<TestEntry.Text, TestEntry>();
      all.forEach(entry -> newest.putIfAbsent(entry.key(), entry));
      List<TestEntry> entries = List.copyOf(newest.values());
      try (InternalCursor cursor = open(entries, random)) {
        new CursorModel(cursor, expected(entries), "seed " + ~seed).walk(random, 60);
      }
    }
  }

  @Test
  void stretchesShowTheSameEntriesAsMovesOfTheWholeCursor() {
    int stretchMoves = 0;
    for (long seed = 0; seed < seeds(); seed++) {
      Random random = new Random(31 * seed);
      var newest = new TreeMap<TestEntry.Text, TestEntry>();
      for (TestEntry e : TestEntry.random(random, random.nextInt(200), 200)) {
        var plain = new TestEntry(e.key(), 0, false, e.value());
        newest.put(e.key(), random.nextInt(300) == 0 ? e : plain);
      }
      List<TestEntry> entries = List.copyOf(newest.values());
      try (InternalCursor cursor = open(entries, random)) {
        var model = new CursorModel(cursor, expected(entries), "seed " + 31 * seed);
        model.walk(random, 60);
        stretchMoves += model.stretchMoves();
      }
    }
    assertThat(stretchMoves).isGreaterThan(5 * seeds());
  }

  @Test
  void noEntriesMeansNoPosition() {
    try (InternalCursor cursor = open(List.of(), new Random(1))) {
      new CursorModel(cursor, List.of(), "empty").walk(new Random(1), 40);
    }
  }
}
