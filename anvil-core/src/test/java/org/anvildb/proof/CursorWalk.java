package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.function.Supplier;
import org.anvildb.api.Cursor;

/** A cursor and a position in a sorted map that must move alike. */
final class CursorWalk {
  private final Cursor cursor;
  private final NavigableMap<byte[], byte[]> model;
  private final Random random;
  private Map.Entry<byte[], byte[]> at;
  private boolean before = true;
  private boolean behind = true;

  CursorWalk(Cursor cursor, NavigableMap<byte[], byte[]> model, Random random) {
    this.cursor = cursor;
    this.model = model;
    this.random = random;
  }

  void moves(int count, Supplier<byte[]> keys) {
    int direction = random.nextInt(2);
    for (int i = 0; i < count; i++) {
      int dice = random.nextInt(20);
      if (dice == 0) {
        direction = 1 - direction;
      }
      switch (dice) {
        case 1 -> check(cursor.first(), model.firstEntry(), false);
        case 2 -> check(cursor.last(), model.lastEntry(), true);
        case 3 -> {
          byte[] key = keys.get();
          check(cursor.seek(key), model.ceilingEntry(key), false);
        }
        case 4 -> {
          byte[] key = keys.get();
          check(cursor.seekFloor(key), model.floorEntry(key), true);
        }
        default -> {
          if (direction == 0) {
            check(cursor.next(), following(), false);
          } else {
            check(cursor.previous(), preceding(), true);
          }
        }
      }
    }
  }

  private Map.Entry<byte[], byte[]> following() {
    if (at != null) {
      return model.higherEntry(at.getKey());
    }
    return before ? model.firstEntry() : null;
  }

  private Map.Entry<byte[], byte[]> preceding() {
    if (at != null) {
      return model.lowerEntry(at.getKey());
    }
    return behind ? model.lastEntry() : null;
  }

  private void check(boolean found, Map.Entry<byte[], byte[]> expected, boolean backward) {
    assertThat(found).isEqualTo(expected != null);
    at = expected;
    before = !found && backward;
    behind = !found && !backward;
    if (expected != null) {
      assertThat(cursor.key()).isEqualTo(expected.getKey());
      if (random.nextBoolean()) {
        assertThat(cursor.value()).isEqualTo(expected.getValue());
      } else {
        assertThat(cursor.keySegment().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(expected.getKey());
        assertThat(cursor.valueSegment().toArray(ValueLayout.JAVA_BYTE))
            .isEqualTo(expected.getValue());
      }
    }
  }
}
