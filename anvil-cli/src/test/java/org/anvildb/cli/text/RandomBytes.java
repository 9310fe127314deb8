package org.anvildb.cli.text;

import java.nio.charset.StandardCharsets;
import java.util.Random;

/** Byte strings that are hard on text formats. */
public final class RandomBytes {
  private static final String NASTY = ",\"\n\r\t\\\0 \uFEFFxn€😀{}[]:'";

  private RandomBytes() {}

  /** Returns a short byte string: bytes, characters, or whatever formats give a meaning to. */
  public static byte[] of(Random random) {
    byte[] bytes = new byte[random.nextInt(20)];
    switch (random.nextInt(3)) {
      case 0 -> random.nextBytes(bytes);
      case 1 -> {
        return text(random).getBytes(StandardCharsets.UTF_8);
      }
      default -> {
        byte[] nasty = NASTY.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = nasty[random.nextInt(nasty.length)];
        }
      }
    }
    return bytes;
  }

  /** Returns a short text. */
  public static String text(Random random) {
    var text = new StringBuilder();
    int[] nasty = NASTY.codePoints().toArray();
    for (int i = random.nextInt(15); i > 0; i--) {
      int point = random.nextInt(0x3000);
      text.appendCodePoint(random.nextBoolean() ? nasty[random.nextInt(nasty.length)] : point);
    }
    return text.toString();
  }
}
