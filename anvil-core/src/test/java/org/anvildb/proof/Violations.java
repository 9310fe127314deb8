package org.anvildb.proof;

import java.util.List;

/** What a suite found, in the order in which it was found. */
final class Violations {
  private Violations() {}

  /** Throws the first, with the others suppressed; does nothing if there is none. */
  static void throwFirst(List<AssertionError> violations) {
    if (!violations.isEmpty()) {
      AssertionError first = violations.getFirst();
      violations.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }
}
