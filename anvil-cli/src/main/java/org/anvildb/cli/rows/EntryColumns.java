package org.anvildb.cli.rows;

import java.util.List;
import java.util.Locale;
import org.anvildb.cli.text.Encoding;
import org.jspecify.annotations.Nullable;

/**
 * Which columns of a row are key and value, and how they are encoded.
 *
 * <p>A column whose name says so needs no option: {@code key}, or {@code key_hex}, {@code key_text}
 * and so on for an encoding; that is how a dump labels its columns. All else is taken raw.
 *
 * @param key the name of the key's column or its number from 1 on, or null for the usual one
 * @param value likewise for the value
 * @param wholeRow whether the value is the row as it stands
 * @param keyEncoding the encoding of the key, or null for what the column's name says
 * @param valueEncoding likewise for the value
 */
public record EntryColumns(
    @Nullable String key,
    @Nullable String value,
    boolean wholeRow,
    @Nullable Encoding keyEncoding,
    @Nullable Encoding valueEncoding) {
  /** The name of a key's column without an encoding. */
  public static final String KEY = "key";

  /** The name of a value's column without an encoding. */
  public static final String VALUE = "value";

  /** The columns that are called key and value, or are the first and the second. */
  public static EntryColumns usual() {
    return new EntryColumns(null, null, false, null, null);
  }

  /** Returns the name under which a dump writes a column of an encoding. */
  public static String label(String stem, Encoding encoding) {
    return stem + "_" + encoding;
  }

  /** Tells whether a name is a stem, alone or with an encoding behind it. */
  static boolean isLabel(String name, String stem) {
    return name.equals(stem) || encodingOf(name, stem) != null;
  }

  /** Returns the encoding that a column's name tells, or null. */
  private static @Nullable Encoding encodingOf(String name, String stem) {
    for (Encoding encoding : Encoding.values()) {
      if (name.toLowerCase(Locale.ROOT).equals(label(stem, encoding))) {
        return encoding;
      }
    }
    return null;
  }

  /** Decides on an encoding: what was asked for, else what the column's name tells, else raw. */
  static Encoding encoding(@Nullable Encoding asked, String name, String stem) {
    Encoding told = encodingOf(name, stem);
    return asked != null ? asked : told != null ? told : Encoding.RAW;
  }

  /**
   * Finds a column in a header.
   *
   * @param header the names; empty if there is no header
   * @param asked the name or number that was asked for, or null
   * @param stem the usual name
   * @param usual the usual index, where no name fits
   * @return the index from 0 on
   * @throws IllegalArgumentException if there is no such column
   */
  static int find(List<String> header, @Nullable String asked, String stem, int usual) {
    if (asked == null) {
      for (int i = 0; i < header.size(); i++) {
        if (isLabel(header.get(i), stem)) {
          return i;
        }
      }
      return usual;
    }
    int named = header.indexOf(asked);
    if (named >= 0) {
      return named;
    }
    if (asked.matches("[1-9][0-9]{0,5}")) {
      return Integer.parseInt(asked) - 1;
    }
    throw new IllegalArgumentException(
        header.isEmpty()
            ? "column '" + asked + "' needs a header line: add --header, or give its number"
            : "the header has no column '" + asked + "', but " + String.join(", ", header));
  }
}
