package org.anvildb.cli.rows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.cli.term.CellWidth;
import org.anvildb.cli.text.ByteText;

/**
 * Writes two aligned columns. The first rows are held back to find the width of the keys; later
 * rows follow at once, so that a long scan streams.
 */
final class TableWriter implements RowWriter {
  private static final int MEASURED_ROWS = 200;
  private static final int MAX_KEY_WIDTH = 48;
  private static final String GAP = "  ";

  private final OutputStream out;
  private final RowLayout layout;
  private final int width;
  private final ByteText field = new ByteText();
  private final List<String> heldKeys = new ArrayList<>();
  private final List<String> heldValues = new ArrayList<>();
  private int keyWidth;
  private boolean started;

  TableWriter(OutputStream out, RowLayout layout, int width) {
    this.out = out;
    this.layout = layout;
    this.width = width;
    keyWidth = layout.keyName().length();
  }

  @Override
  public void write(byte[] key, byte[] value) throws IOException {
    layout.encodeKey(key, false, field);
    String keyText = field.toString();
    String valueText = "";
    if (!layout.keysOnly()) {
      layout.encodeValue(value, false, field);
      valueText = field.toString();
    }
    if (started) {
      line(keyText, valueText);
      return;
    }
    heldKeys.add(keyText);
    heldValues.add(valueText);
    keyWidth = Math.max(keyWidth, Math.min(MAX_KEY_WIDTH, CellWidth.of(keyText)));
    if (heldKeys.size() == MEASURED_ROWS) {
      start();
    }
  }

  @Override
  public void finish() throws IOException {
    if (!started && !heldKeys.isEmpty()) {
      start();
    }
  }

  private void start() throws IOException {
    started = true;
    line(layout.keyName(), layout.keysOnly() ? "" : layout.valueName());
    line("-".repeat(keyWidth), layout.keysOnly() ? "" : "-".repeat(layout.valueName().length()));
    for (int i = 0; i < heldKeys.size(); i++) {
      line(heldKeys.get(i), heldValues.get(i));
    }
    heldKeys.clear();
    heldValues.clear();
  }

  private void line(String key, String value) throws IOException {
    String row = value.isEmpty() ? key : CellWidth.pad(key, keyWidth) + GAP + value;
    String shown = width > 0 ? CellWidth.cut(row, width) : row;
    out.write((shown + "\n").getBytes(StandardCharsets.UTF_8));
  }
}
