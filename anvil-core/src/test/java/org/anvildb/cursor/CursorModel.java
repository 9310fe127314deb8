package org.anvildb.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.anvildb.cursor.TestEntry.Text;

/** Walks a cursor at random, beside a list of the entries that it has to show. */
public final class CursorModel {
  private final InternalCursor cursor;
  private final List<TestEntry> expected;
  private final String about;
  private final List<String> moves = new ArrayList<>();
  private int at = -1;
  private int stretchMoves;

  public CursorModel(InternalCursor cursor, List<TestEntry> expected, String about) {
    this.cursor = cursor;
    this.expected = expected;
    this.about = about;
  }

  /** Makes random moves and compares all accessors after each. */
  public void walk(Random random, int steps) {
    assertThat(cursor.valid()).as(about).isFalse();
    for (int i = 0; i < steps; i++) {
      int kind = random.nextInt(12);
      int count = random.nextInt(random.nextInt(8) == 0 ? 60 : 6);
      switch (kind) {
        case 0 -> check("seekFirst", cursor.seekFirst(), 0);
        case 1 -> check("seekLast", cursor.seekLast(), expected.size() - 1);
        case 2, 3 -> seek(random, true);
        case 4, 5 -> seek(random, false);
        case 6, 7, 8 -> step(random, count, 1);
        default -> step(random, count, -1);
      }
    }
  }

  private void step(Random random, int count, int by) {
    for (int i = 0; i < count && at >= 0; i++) {
      check(by > 0 ? "next" : "previous", by > 0 ? cursor.next() : cursor.previous(), at + by);
      if (at >= 0 && random.nextInt(3) == 0) {
        stretch(random);
      }
    }
  }

  /** Makes some or all moves of a stretch at the leaf. */
  private void stretch(Random random) {
    Text end = random.nextBoolean() ? target(random) : null;
    int stretch =
        end == null ? cursor.stretch(null, 0) : cursor.stretch(end.bytes(), end.bytes().length);
    moves.add("stretch of " + stretch + (end == null ? "" : " before " + end));
    assertThat(stretch).as(about).isNotNegative();
    int steps = random.nextBoolean() ? stretch : random.nextInt(stretch + 1);
    InternalCursor leaf = cursor.leaf();
    for (int i = 0; i < steps; i++) {
      stretchMoves++;
      moves.add("next in the stretch");
      String context =
          about + " after " + moves.subList(Math.max(0, moves.size() - 8), moves.size());
      assertThat(leaf.next()).as(context).isTrue();
      assertThat(++at).as(context).isLessThan(expected.size());
      assertThat(read(leaf)).as(context).isEqualTo(expected.get(at));
      assertThat(end == null || expected.get(at).key().compareTo(end) < 0).as(context).isTrue();
    }
  }

  /** Returns how many moves were made in stretches. */
  public int stretchMoves() {
    return stretchMoves;
  }

  private void seek(Random random, boolean ceiling) {
    Text target = target(random);
    byte[] padded = Arrays.copyOf(target.bytes(), target.bytes().length + random.nextInt(3));
    int index = 0;
    while (index < expected.size() && expected.get(index).key().compareTo(target) < 0) {
      index++;
    }
    int length = target.bytes().length;
    if (ceiling) {
      check("seekCeiling " + target, cursor.seekCeiling(padded, length), index);
    } else {
      check("seekLower " + target, cursor.seekLower(padded, length), index - 1);
    }
  }

  private Text target(Random random) {
    if (expected.isEmpty() || random.nextInt(8) == 0) {
      return TestEntry.randomKey(random, random.nextInt(5), 100);
    }
    byte[] key = expected.get(random.nextInt(expected.size())).key().bytes();
    return switch (random.nextInt(4)) {
      case 0 -> new Text(Arrays.copyOf(key, key.length + 1));
      case 1 -> new Text(Arrays.copyOf(key, Math.max(0, key.length - 1)));
      default -> new Text(key);
    };
  }

  private void check(String move, boolean moved, int index) {
    moves.add(move);
    at = index < 0 || index >= expected.size() ? -1 : index;
    String context = about + " after " + moves.subList(Math.max(0, moves.size() - 8), moves.size());
    assertThat(moved).as(context).isEqualTo(at >= 0);
    assertThat(cursor.valid()).as(context).isEqualTo(at >= 0);
    if (at >= 0) {
      assertThat(read(cursor)).as(context).isEqualTo(expected.get(at));
    }
  }

  /** Reads the entry that a cursor stands on. */
  public static TestEntry read(InternalCursor cursor) {
    byte[] value =
        cursor
            .valueMemory()
            .asSlice(cursor.valueOffset(), cursor.valueLength())
            .toArray(ValueLayout.JAVA_BYTE);
    byte[] key = Arrays.copyOf(cursor.key(), cursor.keyLength());
    return new TestEntry(new Text(key), cursor.sequence(), cursor.tombstone(), new Text(value));
  }
}
