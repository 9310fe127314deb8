package org.anvildb.api;

/** Checks of arguments that options share. */
final class Checks {
  private Checks() {}

  static void inRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " must be " + min + " to " + max + ", but is " + value);
    }
  }
}
