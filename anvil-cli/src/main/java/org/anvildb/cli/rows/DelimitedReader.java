package org.anvildb.cli.rows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anvildb.api.Limits;
import org.anvildb.cli.text.ByteText;
import org.anvildb.cli.text.Encoding;
import org.anvildb.cli.text.EncodingException;

/**
 * Reads CSV (fields in quotes may hold commas, line ends and doubled quotes) and TSV (no quotes at
 * all). Lines end with LF or CRLF; empty lines are passed over. Works on bytes, in one pass.
 */
public final class DelimitedReader implements RowReader {
  private static final byte QUOTE = '"';
  private static final byte LINE_FEED = '\n';
  private static final byte[] NONE = {};

  private final RowBuffer buffer;
  private final byte delimiter;
  private final boolean quotes;
  private final EntryColumns columns;
  private final int keyColumn;
  private final int valueColumn;
  private final Encoding keyEncoding;
  private final Encoding valueEncoding;

  /** The fields of the present row: where they start and end, and whether quotes are doubled. */
  private int[] starts = new int[16];

  private int[] ends = new int[16];
  private boolean[] doubled = new boolean[16];
  private int fields;

  /** The length of the present row with and without its line end. */
  private int rowBytes;

  private int textBytes;
  private byte[] key = NONE;
  private byte[] value = NONE;

  /**
   * Starts to read, the header at once.
   *
   * @throws IllegalArgumentException if the header lacks a column
   */
  public DelimitedReader(InputStream in, RowFormat format, boolean header, EntryColumns columns)
      throws IOException, RowException {
    this.buffer = new RowBuffer(in);
    this.quotes = format == RowFormat.CSV;
    this.delimiter = (byte) (quotes ? ',' : '\t');
    this.columns = columns;
    List<String> names = header ? readHeader() : List.of();
    keyColumn = EntryColumns.find(names, columns.key(), EntryColumns.KEY, 0);
    valueColumn =
        columns.wholeRow()
            ? 0
            : EntryColumns.find(names, columns.value(), EntryColumns.VALUE, keyColumn == 1 ? 0 : 1);
    keyEncoding =
        EntryColumns.encoding(columns.keyEncoding(), name(names, keyColumn), EntryColumns.KEY);
    valueEncoding =
        EntryColumns.encoding(
            columns.valueEncoding(),
            columns.wholeRow() ? "" : name(names, valueColumn),
            EntryColumns.VALUE);
  }

  @Override
  public boolean next() throws IOException, RowException {
    try {
      if (!nextRow()) {
        return false;
      }
      key = decode(keyColumn, keyEncoding);
      if (key.length > Limits.MAX_KEY_BYTES) {
        throw buffer.fault(
            starts[keyColumn], "the key is longer than " + Limits.MAX_KEY_BYTES + " bytes");
      }
      value = columns.wholeRow() ? wholeRow() : decode(valueColumn, valueEncoding);
    } catch (RowException e) {
      buffer.skipLine();
      throw e;
    }
    buffer.advance(rowBytes);
    return true;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public byte[] value() {
    return value;
  }

  @Override
  public long position() {
    return buffer.consumed();
  }

  private List<String> readHeader() throws IOException, RowException {
    List<String> names = new ArrayList<>();
    if (nextRow()) {
      for (int i = 0; i < fields; i++) {
        names.add(new String(field(i), StandardCharsets.UTF_8));
      }
      buffer.advance(rowBytes);
    }
    return names;
  }

  private static String name(List<String> names, int column) {
    return column < names.size() ? names.get(column) : "";
  }

  /** Parses the next row that is not empty, without giving it up. */
  private boolean nextRow() throws IOException, RowException {
    while (buffer.has(0)) {
      parse();
      if (fields > 1 || textBytes > 0) {
        return true;
      }
      buffer.advance(rowBytes);
    }
    return false;
  }

  private void parse() throws IOException, RowException {
    fields = 0;
    int i = 0;
    boolean more = true;
    while (more) {
      int end = quotes && buffer.has(i) && buffer.at(i) == QUOTE ? parseQuoted(i) : parsePlain(i);
      more = buffer.has(end) && buffer.at(end) == delimiter;
      i = end + 1;
      rowBytes = end;
    }
    textBytes = rowBytes;
    if (buffer.has(rowBytes)) {
      boolean carriageReturn = rowBytes > 0 && buffer.at(rowBytes - 1) == '\r';
      textBytes = carriageReturn ? rowBytes - 1 : rowBytes;
      rowBytes++;
    }
    ends[fields - 1] = Math.min(ends[fields - 1], textBytes);
  }

  private int parsePlain(int from) throws IOException {
    int end = buffer.find(from, delimiter, LINE_FEED);
    addField(from, end, false);
    return end;
  }

  /** Parses a field from its opening quote on; returns the index of the delimiter or line feed. */
  private int parseQuoted(int opening) throws IOException, RowException {
    boolean hasDoubled = false;
    int i = buffer.find(opening + 1, QUOTE, QUOTE);
    while (buffer.has(i + 1) && buffer.at(i + 1) == QUOTE) {
      hasDoubled = true;
      i = buffer.find(i + 2, QUOTE, QUOTE);
    }
    if (!buffer.has(i)) {
      throw buffer.fault(opening, "this quote is never closed");
    }
    addField(opening + 1, i, hasDoubled);
    int end = i + 1;
    if (buffer.has(end + 1) && buffer.at(end) == '\r' && buffer.at(end + 1) == LINE_FEED) {
      end++;
    }
    if (buffer.has(end) && buffer.at(end) != delimiter && buffer.at(end) != LINE_FEED) {
      throw buffer.fault(end, "text behind a closing quote; a quote inside quotes is written \"\"");
    }
    return end;
  }

  private void addField(int start, int end, boolean hasDoubled) {
    if (fields == starts.length) {
      starts = Arrays.copyOf(starts, 2 * fields);
      ends = Arrays.copyOf(ends, 2 * fields);
      doubled = Arrays.copyOf(doubled, 2 * fields);
    }
    starts[fields] = start;
    ends[fields] = end;
    doubled[fields] = hasDoubled;
    fields++;
  }

  private byte[] decode(int column, Encoding encoding) throws RowException {
    if (column >= fields) {
      throw buffer.fault(
          textBytes, "column " + (column + 1) + " is missing: the row has " + fields);
    }
    try {
      if (doubled[column]) {
        byte[] text = field(column);
        return encoding.decode(text, 0, text.length);
      }
      int base = buffer.start();
      return encoding.decode(buffer.bytes(), base + starts[column], base + ends[column]);
    } catch (EncodingException e) {
      throw buffer.fault(starts[column] + e.index(), e.getMessage() + " (" + encoding + ")");
    }
  }

  /** Returns the text of a field, with doubled quotes made single. */
  private byte[] field(int column) {
    int from = buffer.start() + starts[column];
    int to = buffer.start() + ends[column];
    byte[] bytes = buffer.bytes();
    if (!doubled[column]) {
      return Arrays.copyOfRange(bytes, from, to);
    }
    var text = new ByteText();
    for (int i = from; i < to; i++) {
      text.add(bytes[i]);
      if (bytes[i] == QUOTE) {
        i++;
      }
    }
    return text.toBytes();
  }

  private byte[] wholeRow() {
    return Arrays.copyOfRange(buffer.bytes(), buffer.start(), buffer.start() + textBytes);
  }
}
