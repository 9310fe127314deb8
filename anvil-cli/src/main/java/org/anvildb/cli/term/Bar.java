package org.anvildb.cli.term;

/** A horizontal bar of block characters, exact to an eighth of a column. */
public final class Bar {
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

  private Bar() {}

  /** Returns a bar for a part of a whole, padded with spaces to its full width. */
  public static String of(double part, double whole, int width) {
    double share = whole <= 0 ? 0 : Math.clamp(part / whole, 0, 1);
    int eighths = (int) Math.round(share * width * 8);
    if (eighths == 0 && part > 0) {
      eighths = 1;
    }
    String full = "█".repeat(eighths / 8);
    String rest = eighths % 8 == 0 ? "" : String.valueOf(EIGHTHS.charAt(eighths % 8));
    return CellWidth.pad(full + rest, width);
  }
}
