package org.anvildb.cli.demo;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A character of Unicode with what the JDK knows of it: the demo's data, large, real and always at
 * hand.
 *
 * @param point its number
 * @param name its name
 */
record UnicodeCharacter(int point, String name) {
  private static final String DIGITS = "0123456789ABCDEF";

  /** Returns all characters in the order of their numbers: about 150,000. */
  static Stream<UnicodeCharacter> all() {
    return IntStream.rangeClosed(0, Character.MAX_CODE_POINT)
        .filter(UnicodeCharacter::isAssigned)
        .mapToObj(point -> new UnicodeCharacter(point, Character.getName(point)));
  }

  private static boolean isAssigned(int point) {
    return switch (Character.getType(point)) {
      case Character.UNASSIGNED, Character.PRIVATE_USE, Character.SURROGATE -> false;
      default -> true;
    };
  }

  /** Returns a key that sorts as the numbers do: {@code U+00E9}. */
  static byte[] key(int point) {
    byte[] key = new byte[8];
    key[0] = 'U';
    key[1] = '+';
    for (int i = 0; i < 6; i++) {
      key[7 - i] = (byte) DIGITS.charAt(point >> (4 * i) & 15);
    }
    return key;
  }

  /** Returns the number that a key stands for. */
  static int point(byte[] key) {
    return Integer.parseInt(new String(key, 2, 6, StandardCharsets.US_ASCII), 16);
  }

  byte[] key() {
    return key(point);
  }

  byte[] nameBytes() {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns the character itself in UTF-8. */
  byte[] utf8() {
    return Character.toString(point).getBytes(StandardCharsets.UTF_8);
  }

  /** Returns what else is known, by the name of the property. */
  Map<String, String> properties() {
    var properties = new LinkedHashMap<String, String>();
    var block = Character.UnicodeBlock.of(point);
    properties.put("block", block == null ? "none" : block.toString());
    properties.put("category", Integer.toString(Character.getType(point)));
    properties.put("direction", Integer.toString(Character.getDirectionality(point)));
    properties.put("script", Character.UnicodeScript.of(point).name().toLowerCase(Locale.ROOT));
    if (Character.getNumericValue(point) >= 0) {
      properties.put("numeric", Integer.toString(Character.getNumericValue(point)));
    }
    if (Character.toUpperCase(point) != point) {
      properties.put("upper", Character.toString(Character.toUpperCase(point)));
    }
    if (Character.toLowerCase(point) != point) {
      properties.put("lower", Character.toString(Character.toLowerCase(point)));
    }
    return properties;
  }

  /** Returns the key of a property: {@code U+0000E9/block}. */
  byte[] propertyKey(String property) {
    return (new String(key(), StandardCharsets.US_ASCII) + "/" + property)
        .getBytes(StandardCharsets.US_ASCII);
  }
}
