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
  void onePartIsOpenAtATimeAndTheLastIsClosed() {
    var parts =
        new ListParts(
            List.of(List.of(TestEntry.put("a", 1, "1")), List.of(TestEntry.put("b", 2, "2"))));
    var cursor = new ConcatCursor(parts);
    assertThat(parts.opened).isEmpty();
    cursor.seekFirst();
    assertThat(parts.opened).hasSize(1);
    cursor.next();
    assertThat(parts.opened).hasSize(2);
    assertThat(parts.opened.getFirst().closed()).isTrue();
    cursor.close();
    assertThat(parts.opened).allMatch(ListCursor::closed);
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
