package org.anvildb.cursor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests {@link ConcatCursor}. */
final class ConcatCursorTest extends InternalCursorContract {
  @Override
  protected InternalCursor open(List<TestEntry> entries, Random random) {
    List<List<TestEntry>> parts = new ArrayList<>();
    int per = 1 + random.nextInt(20);
    for (TestEntry entry : entries) {
      boolean fresh =
          parts.isEmpty()
              || parts.getLast().size() >= per
                  && !parts.getLast().getLast().key().equals(entry.key());
      if (fresh) {
        parts.add(new ArrayList<>());
      }
      parts.getLast().add(entry);
    }
    return new ConcatCursor(new ListParts(parts));
  }

  @Test
  void aPartIsOpenedWhereTheCursorGetsAndAllAreClosedInTheEnd() {
    var parts =
        new ListParts(
            List.of(List.of(TestEntry.put("a", 1, "1")), List.of(TestEntry.put("b", 2, "2"))));
    var cursor = new ConcatCursor(parts);
    assertThat(parts.opened).isEmpty();
    cursor.seekFirst();
    assertThat(parts.opened).hasSize(1);
    cursor.next();
    assertThat(parts.opened).hasSize(2);
    cursor.close();
    assertThat(parts.opened).allMatch(ListCursor::closed);
  }

  @Test
  void aPartToWhichTheCursorReturnsIsNotOpenedAgain() {
    var parts =
        new ListParts(
            List.of(List.of(TestEntry.put("a", 1, "1")), List.of(TestEntry.put("b", 2, "2"))));
    try (var cursor = new ConcatCursor(parts)) {
      for (int i = 0; i < 3; i++) {
        assertThat(cursor.seekCeiling(new byte[] {'b'}, 1)).isTrue();
        assertThat(cursor.key()[0]).isEqualTo((byte) 'b');
        assertThat(cursor.seekLower(new byte[] {'b'}, 1)).isTrue();
        assertThat(cursor.key()[0]).isEqualTo((byte) 'a');
      }
      assertThat(parts.opened).hasSize(2);
    }
  }

  @Test
  void onlyAFewPartsStayOpenAndEachIsClosedOnce() {
    List<List<TestEntry>> entries = new ArrayList<>();
    for (int i = 0; i < 5 * ConcatCursor.KEPT; i++) {
      entries.add(List.of(TestEntry.put(String.valueOf((char) ('a' + i)), 1, "1")));
    }
    var parts = new ListParts(entries);
    var cursor = new ConcatCursor(parts);
    cursor.seekFirst();
    do {
      assertThat(parts.opened.stream().filter(part -> !part.closed()).count())
          .isLessThanOrEqualTo(ConcatCursor.KEPT + 1);
    } while (cursor.next());
    cursor.close();
    assertThat(parts.opened).hasSize(entries.size()).allMatch(ListCursor::closed);
  }

  @Test
  void aSeekOutsideOfAllPartsOpensNone() {
    var parts = new ListParts(List.of(List.of(TestEntry.put("b", 1, "1"))));
    try (var cursor = new ConcatCursor(parts)) {
      assertThat(cursor.seekCeiling(new byte[] {'c'}, 1)).isFalse();
      assertThat(cursor.seekLower(new byte[] {'b'}, 1)).isFalse();
      assertThat(parts.opened).isEmpty();
    }
  }

  private static final class ListParts implements ConcatCursor.Parts {
    private final List<List<TestEntry>> parts;
    private final List<ListCursor> opened = new ArrayList<>();

    ListParts(List<List<TestEntry>> parts) {
      this.parts = parts;
    }

    @Override
    public int count() {
      return parts.size();
    }

    @Override
    public byte[] smallest(int part) {
      return parts.get(part).getFirst().key().bytes();
    }

    @Override
    public byte[] largest(int part) {
      return parts.get(part).getLast().key().bytes();
    }

    @Override
    public InternalCursor open(int part) {
      opened.add(new ListCursor(parts.get(part)));
      return opened.getLast();
    }

    @Override
    public boolean distinctKeys() {
      return false;
    }
  }
}
