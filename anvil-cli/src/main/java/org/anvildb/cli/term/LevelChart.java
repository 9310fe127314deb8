package org.anvildb.cli.term;

import java.util.Locale;
import org.anvildb.api.ByteSize;
import org.anvildb.api.KeyspaceStats;

/**
 * Draws the levels of a keyspace: what each holds, and its size as a bar. Empty levels are left
 * out.
 */
public final class LevelChart {
  private static final int BAR_WIDTH = 20;
  private static final String ROW = "  %-5s  %6s  %s  %10s  %13s  %10s%n";

  private LevelChart() {}

  /** Returns the drawing, at most 76 columns wide. */
  public static String of(KeyspaceStats keyspace, Style style) {
    var options = keyspace.options();
    var out = new StringBuilder();
    out.append(style.bold(keyspace.name()))
        .append(
            style.dim(
                "  "
                    + options.codec().toLowerCase(Locale.ROOT)
                    + ", "
                    + options.filterPolicy().name().toLowerCase(Locale.ROOT)
                    + ", blocks of "
                    + ByteSize.ofBytes(options.blockBytes())
                    + ", ratio "
                    + options.levelRatio()))
        .append('\n');
    if (keyspace.levels().stream().allMatch(level -> level.tables() == 0)) {
      return out.append("  no tables yet\n").toString();
    }
    out.append(
        style.dim(
            row("level", "tables", CellWidth.pad("", BAR_WIDTH), "size", "entries", "deletions")));
    long largest = keyspace.levels().stream().mapToLong(KeyspaceStats.Level::bytes).max().orElse(0);
    for (KeyspaceStats.Level level : keyspace.levels()) {
      if (level.tables() == 0) {
        continue;
      }
      out.append(
          row(
              "L" + level.level(),
              Figures.count(level.tables()),
              style.accent(Bar.of(level.bytes(), largest, BAR_WIDTH)),
              ByteSize.ofBytes(level.bytes()).toString(),
              Figures.count(level.entries()),
              Figures.count(level.tombstones())));
    }
    return out.append("  space amplification ")
        .append(Figures.ratio(keyspace.spaceAmplification()))
        .append('\n')
        .toString();
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, ROW, cells).replace(System.lineSeparator(), "\n");
  }
}
