package org.anvildb.cursor;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests {@link EmptyCursor}. */
final class EmptyCursorTest {
  @Test
  void noMoveFindsAnEntry() {
    new CursorModel(EmptyCursor.INSTANCE, List.of(), "empty").walk(new Random(1), 50);
  }

  @Test
  void accessorsAndStepsAreRefused() {
    assertThatThrownBy(EmptyCursor.INSTANCE::next).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(EmptyCursor.INSTANCE::key).isInstanceOf(IllegalStateException.class);
  }
}
