package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.table.TableFixture.Version;

/** Compares one table with a sorted list. */
final class TableWalk {
  private final Table table;
  private final List<Version> model;
  private final Random random;
  private final String context;

  TableWalk(Table table, List<Version> model, Random random, String context) {
    this.table = table;
    this.model = model;
    this.random = random;
    this.context = context;
  }

  void all() {
    scanForward();
    scanBackward();
    seeks();
    moves();
    finds();
    verify();
  }

  private void scanForward() {
    var read = TableFixture.scan(table);
    assertThat(read).as(context).hasSameSizeAs(model);
    for (int i = 0; i < model.size(); i++) {
      check(read.get(i), i);
    }
  }

  private void scanBackward() {
    int i = model.size();
    try (var cursor = table.cursor()) {
      for (boolean on = cursor.seekLast(); on; on = cursor.previous()) {
        check(TableFixture.current(cursor), --i);
      }
      assertThat(cursor.valid()).isFalse();
    }
    assertThat(i).as(context).isZero();
  }

  private void seeks() {
    try (var cursor = table.cursor()) {
      for (int n = 0; n < 600; n++) {
        byte[] key = target();
        int ceiling = ceiling(key);
        checkAt(cursor, cursor.seekCeiling(key, key.length), ceiling);
        checkAt(cursor, cursor.seekLower(key, key.length), ceiling - 1);
      }
    }
  }

  private void moves() {
    try (var cursor = table.cursor()) {
      int at = 0;
      assertThat(cursor.seekFirst()).isTrue();
      for (int n = 0; n < 1500; n++) {
        boolean forward = random.nextInt(5) < 3;
        boolean on = forward ? cursor.next() : cursor.previous();
        at += forward ? 1 : -1;
        checkAt(cursor, on, at);
        if (on && random.nextInt(4) == 0) {
          at = walkStretch(cursor, at);
        }
        if (!on) {
          byte[] key = target();
          at = ceiling(key);
          on = cursor.seekCeiling(key, key.length);
          checkAt(cursor, on, at);
          if (!on) {
            cursor.seekLast();
            at = model.size() - 1;
          }
        }
      }
    }
  }

  /** Moves over what the cursor offers as a stretch; returns where that ends. */
  private int walkStretch(InternalCursor cursor, int from) {
    byte[] end = random.nextBoolean() ? target() : null;
    int stretch = end == null ? cursor.stretch(null, 0) : cursor.stretch(end, end.length);
    assertThat(stretch).as(context).isNotNegative();
    for (int i = from + 1; i <= from + stretch; i++) {
      checkAt(cursor.leaf(), cursor.leaf().next(), i);
      assertThat(end == null || i < ceiling(end)).as(context).isTrue();
    }
    return from + stretch;
  }

  private void finds() {
    for (int i = 0; i < model.size(); i++) {
      byte[] key = Arrays.copyOf(model.get(i).key(), model.get(i).key().length + i % 9);
      checkFind(model.get(i).key(), Long.MAX_VALUE);
      checkFind(model.get(i).key(), model.get(i).sequence());
      checkFind(model.get(i).key(), model.get(i).sequence() - 1);
      checkFind(key, 5);
      checkFind(target(), Long.MAX_VALUE);
    }
  }

  private void checkFind(byte[] key, long maxSequence) {
    Version found = TableFixture.find(table, key, maxSequence);
    Version expected = null;
    for (int i = ceiling(key); i < model.size() && expected == null; i++) {
      if (!Arrays.equals(model.get(i).key(), key)) {
        break;
      }
      expected = model.get(i).sequence() <= maxSequence ? model.get(i) : null;
    }
    assertThat(found == null).as(context).isEqualTo(expected == null);
    if (found != null && expected != null) {
      assertThat(found.value()).as(context).isEqualTo(expected.value());
    }
  }

  private void verify() {
    var sink = new CollectingSink();
    table.verify(sink);
    assertThat(sink.problems).as(context).isEmpty();
    assertThat(sink.entries).as(context).isEqualTo(model.size());
    assertThat(sink.bytes).as(context).isEqualTo(table.meta().fileBytes());
  }

  private byte[] target() {
    byte[] key = model.get(random.nextInt(model.size())).key();
    return switch (random.nextInt(4)) {
      case 0 -> key;
      case 1 -> Arrays.copyOf(key, key.length + 1);
      case 2 -> Arrays.copyOf(key, random.nextInt(key.length + 1));
      default -> {
        byte[] other = key.clone();
        if (other.length > 0) {
          other[random.nextInt(other.length)] += (byte) (random.nextBoolean() ? 1 : -1);
        }
        yield other;
      }
    };
  }

  private int ceiling(byte[] key) {
    int low = 0;
    int high = model.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (Arrays.compareUnsigned(model.get(middle).key(), key) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private void checkAt(InternalCursor cursor, boolean on, int expected) {
    boolean exists = expected >= 0 && expected < model.size();
    assertThat(on).as(context).isEqualTo(exists);
    assertThat(cursor.valid()).as(context).isEqualTo(exists);
    if (exists) {
      check(TableFixture.current(cursor), expected);
    }
  }

  private void check(Version read, int i) {
    if (!read.sameAs(model.get(i))) {
      assertThat(read.key()).as(context).isEqualTo(model.get(i).key());
      assertThat(read.value()).as(context).isEqualTo(model.get(i).value());
      assertThat(read.sequence()).as(context).isEqualTo(model.get(i).sequence());
    }
  }
}
