package org.anvildb.cli.text;

/** Finding and judging characters in bytes that may or may not be UTF-8. */
final class Utf8 {
  private Utf8() {}

  /**
   * Decodes the character at an index. Overlong forms, surrogates and numbers beyond the last code
   * point don't count as characters.
   *
   * @return the code point times 8 plus its length in bytes, or -1 if there is no valid character
   */
  static int decode(byte[] bytes, int index, int end) {
    int first = bytes[index] & 0xFF;
    if (first < 0x80) {
      return first << 3 | 1;
    }
    int length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || end - index < length) {
      return -1;
    }
    int point = first & (0x7F >> length);
    for (int i = 1; i < length; i++) {
      int next = bytes[index + i] & 0xFF;
      if ((next & 0xC0) != 0x80) {
        return -1;
      }
      point = point << 6 | next & 0x3F;
    }
    boolean overlong = length == 3 && point < 0x800 || length == 4 && point < 0x10000;
    boolean surrogate = point >= 0xD800 && point <= 0xDFFF;
    return overlong || surrogate || point > 0x10FFFF ? -1 : point << 3 | length;
  }

  /** Tells whether a range of bytes is UTF-8 from end to end. */
  static boolean isValid(byte[] bytes) {
    int i = 0;
    while (i < bytes.length) {
      int decoded = decode(bytes, i, bytes.length);
      if (decoded < 0) {
        return false;
      }
      i += decoded & 7;
    }
    return true;
  }

  /**
   * Tells whether a character can be shown as it is: it has a shape, and changes neither the line
   * nor the direction of what stands around it.
   */
  static boolean isPrintable(int point) {
    if (point < 0x7F) {
      return point >= 0x20;
    }
    return switch (Character.getType(point)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
