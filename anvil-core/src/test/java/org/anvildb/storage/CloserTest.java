package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests {@link Closer}: nothing that fails keeps the rest from being closed. */
final class CloserTest {
  private final Closer closer = new Closer();
  private final List<String> closed = new ArrayList<>();

  private static Runnable throwing(Throwable thrown) {
    return () -> {
      if (thrown instanceof Error e) {
        throw e;
      }
      throw (RuntimeException) thrown;
    };
  }

  @Test
  void errorsAreNoEndOfTheClosing() {
    OutOfMemoryError first = new OutOfMemoryError("injected");
    IllegalStateException second = new IllegalStateException("injected");
    closer.close(throwing(first));
    closer.close(throwing(second));
    // The JVM throws one and the same error again, where it has no memory for another.
    closer.close(throwing(first));
    closer.close(() -> closed.add("last"));
    assertThat(closed).containsExactly("last");
    assertThatThrownBy(closer::finish).isSameAs(first).hasSuppressedException(second);
  }

  @Test
  void anExceptionIsToldAsItWas() {
    IllegalStateException only = new IllegalStateException("injected");
    closer.close(throwing(only));
    assertThatThrownBy(closer::finish).isSameAs(only);
  }

  @Test
  void withoutAFailureNothingIsTold() {
    closer.close(() -> closed.add("one"));
    closer.finish();
    assertThat(closed).containsExactly("one");
  }
}
