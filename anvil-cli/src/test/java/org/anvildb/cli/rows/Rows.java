package org.anvildb.cli.rows;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads text in tests: each row as {@code key=value}, each fault as its message. */
final class Rows {
  private Rows() {}

  static List<String> csv(String text) throws IOException, RowException {
    return read(new DelimitedReader(input(text), RowFormat.CSV, false, EntryColumns.usual()));
  }

  static List<String> tsv(String text) throws IOException, RowException {
    return read(new DelimitedReader(input(text), RowFormat.TSV, false, EntryColumns.usual()));
  }

  static List<String> json(String text) throws IOException {
    return read(new JsonReader(input(text), EntryColumns.usual()));
  }

  static EntryColumns columns(@Nullable String key, @Nullable String value) {
    return new EntryColumns(key, value, false, null, null);
  }

  static InputStream input(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns a stream that gives one byte at a time. */
  static InputStream slowly(byte[] bytes) {
    return new ByteArrayInputStream(bytes) {
      @Override
      public int read(byte[] target, int offset, int length) {
        return super.read(target, offset, Math.min(1, length));
      }
    };
  }

  static List<String> read(RowReader rows) throws IOException {
    var read = new ArrayList<String>();
    while (true) {
      try {
        if (!rows.next()) {
          return read;
        }
        read.add(text(rows.key()) + "=" + text(rows.value()));
      } catch (RowException e) {
        read.add(String.valueOf(e.getMessage()));
      }
    }
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
