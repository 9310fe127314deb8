package org.anvildb.cli.rows;

import java.io.IOException;
import java.io.OutputStream;
import org.anvildb.cli.text.ByteText;
import org.anvildb.cli.text.JsonText;

/** Writes JSON lines that {@link JsonReader} reads back byte for byte. */
final class JsonWriter implements RowWriter {
  private final OutputStream out;
  private final RowLayout layout;
  private final ByteText field = new ByteText();
  private final ByteText row = new ByteText();

  JsonWriter(OutputStream out, RowLayout layout) {
    this.out = out;
    this.layout = layout;
  }

  @Override
  public void write(byte[] key, byte[] value) throws IOException {
    row.clear();
    row.add("{\"").add(layout.keyName()).add("\":");
    layout.encodeKey(key, true, field);
    JsonText.string(field, row);
    if (!layout.keysOnly()) {
      row.add(",\"").add(layout.valueName()).add("\":");
      layout.encodeValue(value, true, field);
      JsonText.string(field, row);
    }
    row.add("}\n").writeTo(out);
  }

  @Override
  public void finish() {}
}
