package org.anvildb.cli.rows;

import java.util.Locale;
import java.util.Optional;

/** A form in which entries are read and written, one a row. */
public enum RowFormat {
  /** Aligned columns for people; only written, never read. */
  TABLE,
  /** JSON lines: one object a row. */
  JSON,
  /** Fields between commas, in quotes where need be (RFC 4180). */
  CSV,
  /** Fields between tabs, without quotes. */
  TSV;

  /** Guesses the format from the end of a file's name. */
  public static Optional<RowFormat> ofFileName(String name) {
    String end = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return switch (end) {
      case "csv" -> Optional.of(CSV);
      case "tsv", "tab" -> Optional.of(TSV);
      case "json", "jsonl", "ndjson" -> Optional.of(JSON);
      default -> Optional.empty();
    };
  }

  /** The name as it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
