package org.anvildb.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anvildb.cursor.TestEntry.Text;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests {@link BoundedCursor}. */
final class BoundedCursorTest {
  @Test
  void onlyEntriesBetweenTheBoundsAreShown() {
    for (long seed = 0; seed < 1000; seed++) {
      Random random = new Random(seed);
      int count = random.nextInt(60);
      var entries = TestEntry.random(random, count, 1 + random.nextInt(count + 1));
      @Nullable Text lower = bound(entries, random);
      @Nullable Text upper = bound(entries, random);
      var inside = new ArrayList<TestEntry>();
      for (TestEntry entry : entries) {
        if ((lower == null || entry.key().compareTo(lower) >= 0)
            && (upper == null || entry.key().compareTo(upper) < 0)) {
          inside.add(entry);
        }
      }
      var merged = new MergingCursorTest().open(entries, random);
      try (var bounded = BoundedCursor.of(merged, bytes(lower), bytes(upper))) {
        if (random.nextBoolean()) {
          new CursorModel(bounded, inside, "seed " + seed).walk(random, 60);
        } else {
          var visible = List.copyOf(TestEntry.visible(inside, Long.MAX_VALUE).values());
          var cursor = new VisibleCursor(bounded, Long.MAX_VALUE);
          new CursorModel(cursor, visible, "visible, seed " + seed).walk(random, 60);
        }
      }
    }
  }

  @Test
  void withoutBoundsTheSourceIsReturnedItself() {
    var source = new ListCursor(List.of());
    assertThat(BoundedCursor.of(source, null, null)).isSameAs(source);
  }

  private static @Nullable Text bound(List<TestEntry> entries, Random random) {
    if (random.nextInt(4) == 0) {
      return null;
    }
    return entries.isEmpty() || random.nextInt(4) == 0
        ? TestEntry.randomKey(random, random.nextInt(5), 60)
        : entries.get(random.nextInt(entries.size())).key();
  }

  private static byte @Nullable [] bytes(@Nullable Text text) {
    return text == null ? null : text.bytes();
  }
}
