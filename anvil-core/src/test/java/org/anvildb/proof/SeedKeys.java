package org.anvildb.proof;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.api.Cursor;
import org.anvildb.api.Readable;

/** Keys and values for tests that tell a short story. */
final class SeedKeys {
  private SeedKeys() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Returns a number as four bytes, in the order of numbers. */
  static byte[] key(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  /** Returns a value that tells the key and how often it was written. */
  static byte[] value(int number, int generation) {
    return bytes("value " + number + " of generation " + generation);
  }

  /** Returns the keys of all entries, in the order of a cursor, as numbers. */
  static List<Integer> numbers(Readable readable) {
    List<Integer> numbers = new ArrayList<>();
    try (Cursor cursor = readable.cursor()) {
      while (cursor.next()) {
        numbers.add(ByteBuffer.wrap(cursor.key()).getInt());
      }
    }
    return numbers;
  }
}
