package org.anvildb.cursor;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests {@link VisibleCursor}. */
final class VisibleCursorTest extends InternalCursorContract {
  @Override
  protected InternalCursor open(List<TestEntry> entries, Random random) {
    return new VisibleCursor(new MergingCursorTest().open(entries, random), Long.MAX_VALUE);
  }

  @Override
  protected List<TestEntry> expected(List<TestEntry> entries) {
    return List.copyOf(TestEntry.visible(entries, Long.MAX_VALUE).values());
  }

  @Test
  void aSnapshotSeesTheNewestVersionThatIsNotTooNew() {
    for (long seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      int count = random.nextInt(60);
      var entries = TestEntry.random(random, count, 1 + random.nextInt(count + 1));
      long sequence = random.nextInt(count + 2);
      var expected = List.copyOf(TestEntry.visible(entries, sequence).values());
      var merged = new MergingCursorTest().open(entries, random);
      try (var cursor = new VisibleCursor(merged, sequence)) {
        new CursorModel(cursor, expected, "seed " + seed).walk(random, 60);
      }
    }
  }
}
