package org.anvildb.cli.term;

/** How many columns of a terminal a text takes. */
public final class CellWidth {
  private CellWidth() {}

  /** Returns the width of a text without escape sequences. */
  public static int of(String text) {
    return text.codePoints().map(CellWidth::of).sum();
  }

  /** Returns a text with spaces behind it up to a width. */
  public static String pad(String text, int width) {
    return text + " ".repeat(Math.max(0, width - of(text)));
  }

  /** Returns a text with spaces before it up to a width. */
  public static String padLeft(String text, int width) {
    return " ".repeat(Math.max(0, width - of(text))) + text;
  }

  /** Returns a text that fits a width, with an ellipsis where something was cut off. */
  public static String cut(String text, int width) {
    if (text.length() <= width / 2 || of(text) <= width) {
      return text;
    }
    int used = 0;
    int i = 0;
    while (i < text.length()) {
      int point = text.codePointAt(i);
      used += of(point);
      if (used > width - 1) {
        break;
      }
      i += Character.charCount(point);
    }
    return text.substring(0, i) + "…";
  }

  private static int of(int point) {
    if (point < 0x300) {
      return 1;
    }
    return switch (Character.getType(point)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(point) ? 2 : 1;
    };
  }

  /** East Asian characters and emoji take two columns. */
  private static boolean isWide(int point) {
    return point >= 0x1100
        && (point <= 0x115F
            || point >= 0x2E80 && point <= 0xA4CF
            || point >= 0xAC00 && point <= 0xD7A3
            || point >= 0xF900 && point <= 0xFAFF
            || point >= 0xFE30 && point <= 0xFE6F
            || point >= 0xFF00 && point <= 0xFF60
            || point >= 0xFFE0 && point <= 0xFFE6
            || point >= 0x1F300 && point <= 0x1F64F
            || point >= 0x1F680 && point <= 0x1F6FF
            || point >= 0x1F900 && point <= 0x1F9FF
            || point >= 0x20000 && point <= 0x3FFFD);
  }
}
