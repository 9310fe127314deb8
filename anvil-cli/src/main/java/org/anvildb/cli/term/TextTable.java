package org.anvildb.cli.term;

import java.util.ArrayList;
import java.util.List;

/**
 * A small table that is laid out when all its rows are known. A column whose name starts with
 * {@code >} is aligned to the right.
 */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<String> names;
  private final boolean[] right;
  private final List<List<String>> rows = new ArrayList<>();

  /** Makes an empty table. */
  public TextTable(String... columns) {
    names = new ArrayList<>();
    right = new boolean[columns.length];
    for (int i = 0; i < columns.length; i++) {
      right[i] = columns[i].startsWith(">");
      names.add(right[i] ? columns[i].substring(1) : columns[i]);
    }
  }

  /** Adds a row with a cell for each column. */
  public TextTable row(String... cells) {
    if (cells.length != names.size()) {
      throw new IllegalArgumentException(cells.length + " cells for " + names.size() + " columns");
    }
    rows.add(List.of(cells));
    return this;
  }

  /** Lays the table out, header first, with an indent before every line. */
  public String render(Style style, String indent) {
    int[] widths = new int[names.size()];
    measure(names, widths);
    rows.forEach(row -> measure(row, widths));
    var out = new StringBuilder();
    out.append(indent).append(style.bold(line(names, widths))).append('\n');
    int total = GAP.length() * (widths.length - 1);
    for (int width : widths) {
      total += width;
    }
    out.append(indent).append(style.dim("─".repeat(total))).append('\n');
    for (List<String> row : rows) {
      out.append(indent).append(line(row, widths)).append('\n');
    }
    return out.toString();
  }

  private static void measure(List<String> cells, int[] widths) {
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], CellWidth.of(cells.get(i)));
    }
  }

  private String line(List<String> cells, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      line.append(i == 0 ? "" : GAP);
      line.append(
          right[i]
              ? CellWidth.padLeft(cells.get(i), widths[i])
              : CellWidth.pad(cells.get(i), widths[i]));
    }
    return line.toString().stripTrailing();
  }
}
