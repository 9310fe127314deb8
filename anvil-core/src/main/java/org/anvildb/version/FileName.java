package org.anvildb.version;

import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/**
 * The name of one of the engine's files, as a kind and a number. Names on disk are compared with
 * what {@link #text()} would write, so {@code 12.sst} or {@code 000012.SST} are foreign files.
 *
 * @param kind what the file is
 * @param number its number; 0 for a kind that has none
 */
public record FileName(Kind kind, long number) {
  /** What a file is. */
  public enum Kind {
    /** Names the manifest in force. */
    CURRENT("CURRENT", ""),
    /** The next {@link #CURRENT}, before it is renamed. */
    CURRENT_DRAFT("CURRENT.tmp", ""),
    /** Locked by the process that has the database open. */
    LOCK("LOCK", ""),
    /** Edits of the version. */
    MANIFEST("MANIFEST-", ""),
    /** A segment of the write-ahead log. */
    WAL("", ".wal"),
    /** A table. */
    TABLE("", ".sst");

    private final String before;
    private final String after;

    Kind(String before, String after) {
      this.before = before;
      this.after = after;
    }

    boolean hasNumber() {
      return ordinal() >= MANIFEST.ordinal();
    }
  }

  /** Returns the name of a manifest. */
  public static String manifest(long number) {
    return new FileName(Kind.MANIFEST, number).text();
  }

  /** Returns the name of a log segment. */
  public static String wal(long number) {
    return new FileName(Kind.WAL, number).text();
  }

  /** Returns the name of a table. */
  public static String table(long number) {
    return TableMeta.fileName(number);
  }

  /** Reads a name; null if it is none of the engine's. */
  public static @Nullable FileName parse(String text) {
    for (Kind kind : Kind.values()) {
      if (kind.hasNumber()) {
        long number = parseNumber(kind, text);
        if (number > 0 && new FileName(kind, number).text().equals(text)) {
          return new FileName(kind, number);
        }
      } else if (text.equals(kind.before)) {
        return new FileName(kind, 0);
      }
    }
    return null;
  }

  /** Returns the highest number among names, 0 if none has one. */
  public static long highestNumber(Iterable<String> names) {
    long highest = 0;
    for (String name : names) {
      FileName file = parse(name);
      if (file != null) {
        highest = Math.max(highest, file.number);
      }
    }
    return highest;
  }

  /** Returns the name as it stands in the directory. */
  public String text() {
    if (!kind.hasNumber()) {
      return kind.before;
    }
    String digits = Long.toString(number);
    return kind.before + "0".repeat(Math.max(0, 6 - digits.length())) + digits + kind.after;
  }

  private static long parseNumber(Kind kind, String text) {
    int from = kind.before.length();
    int to = text.length() - kind.after.length();
    if (to - from < 6
        || to - from > 18
        || !text.startsWith(kind.before)
        || !text.endsWith(kind.after)) {
      return -1;
    }
    long number = 0;
    for (int i = from; i < to; i++) {
      char digit = text.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      number = number * 10 + digit - '0';
    }
    return number;
  }
}
