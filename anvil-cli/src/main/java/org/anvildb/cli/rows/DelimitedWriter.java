package org.anvildb.cli.rows;

import java.io.IOException;
import java.io.OutputStream;
import org.anvildb.cli.text.ByteText;

/** Writes CSV or TSV that {@link DelimitedReader} reads back byte for byte, header first. */
final class DelimitedWriter implements RowWriter {
  private final OutputStream out;
  private final RowLayout layout;
  private final boolean csv;
  private final ByteText field = new ByteText();
  private final ByteText row = new ByteText();

  DelimitedWriter(OutputStream out, RowFormat format, RowLayout layout) throws IOException {
    this.out = out;
    this.layout = layout;
    this.csv = format == RowFormat.CSV;
    row.add(layout.keyName());
    if (!layout.keysOnly()) {
      row.add(delimiter()).add(layout.valueName());
    }
    row.add('\n').writeTo(out);
  }

  @Override
  public void write(byte[] key, byte[] value) throws IOException {
    row.clear();
    layout.encodeKey(key, false, field);
    addField("key");
    if (!layout.keysOnly()) {
      row.add(delimiter());
      layout.encodeValue(value, false, field);
      addField("value");
    }
    row.add('\n').writeTo(out);
  }

  @Override
  public void finish() {}

  private int delimiter() {
    return csv ? ',' : '\t';
  }

  private void addField(String what) throws IOException {
    boolean special = layout.keysOnly() && field.length() == 0;
    for (int i = 0; i < field.length() && !special; i++) {
      special = isSpecial(field.at(i));
    }
    if (!special) {
      row.add(field);
    } else if (csv) {
      addQuoted();
    } else if (field.length() > 0) {
      throw RowLayout.unfit(what, "holds a tab or a line end, which TSV can't");
    }
  }

  private boolean isSpecial(byte b) {
    return b == '\n' || b == '\r' || (csv ? b == ',' || b == '"' : b == '\t');
  }

  private void addQuoted() {
    row.add('"');
    for (int i = 0; i < field.length(); i++) {
      if (field.at(i) == '"') {
        row.add('"');
      }
      row.add(field.at(i));
    }
    row.add('"');
  }
}
