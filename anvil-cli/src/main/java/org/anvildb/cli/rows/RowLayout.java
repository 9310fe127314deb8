package org.anvildb.cli.rows;

import java.io.IOException;
import java.io.OutputStream;
import org.anvildb.cli.text.ByteText;
import org.anvildb.cli.text.Encoding;

/**
 * What entries are written as.
 *
 * @param keyName the name of the key's column
 * @param valueName the name of the value's column
 * @param keyEncoding how keys are encoded
 * @param valueEncoding how values are encoded
 * @param keysOnly whether values are left out
 */
public record RowLayout(
    String keyName,
    String valueName,
    Encoding keyEncoding,
    Encoding valueEncoding,
    boolean keysOnly) {
  /** Returns a layout with plain column names, for people and programs that only read. */
  public static RowLayout plain(Encoding keys, Encoding values, boolean keysOnly) {
    return new RowLayout(EntryColumns.KEY, EntryColumns.VALUE, keys, values, keysOnly);
  }

  /** Returns a layout whose column names tell the encoding, so that a load needs no options. */
  public static RowLayout labelled(Encoding keys, Encoding values) {
    return new RowLayout(
        EntryColumns.label(EntryColumns.KEY, keys),
        EntryColumns.label(EntryColumns.VALUE, values),
        keys,
        values,
        false);
  }

  /**
   * Starts to write to a stream, which should be buffered.
   *
   * @param width where a table is cut off, or 0 for nowhere
   */
  public RowWriter writer(RowFormat format, OutputStream out, int width) throws IOException {
    return switch (format) {
      case TABLE -> new TableWriter(out, this, width);
      case JSON -> new JsonWriter(out, this);
      case CSV, TSV -> new DelimitedWriter(out, format, this);
    };
  }

  /** Encodes a key, checking that it is text where the format holds nothing else. */
  void encodeKey(byte[] key, boolean textOnly, ByteText out) throws IOException {
    encode(key, keyEncoding, textOnly, "key", out);
  }

  /** Encodes a value, checking that it is text where the format holds nothing else. */
  void encodeValue(byte[] value, boolean textOnly, ByteText out) throws IOException {
    encode(value, valueEncoding, textOnly, "value", out);
  }

  private static void encode(
      byte[] data, Encoding encoding, boolean textOnly, String what, ByteText out)
      throws IOException {
    if (textOnly && !encoding.isText(data)) {
      throw unfit(what, "is not UTF-8, which JSON needs");
    }
    out.clear();
    encoding.encode(data, out);
  }

  /** Makes the exception for bytes that a format can't hold raw. */
  static IOException unfit(String what, String problem) {
    return new IOException(
        "a " + what + " " + problem + ": use --" + what + "-encoding text, hex or base64");
  }
}
