package org.anvildb.cli.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.anvildb.cli.text.Encoding;
import org.anvildb.cli.text.RandomBytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds that what is dumped is read back byte for byte, in every format and encoding. */
final class RowRoundTripTest {
  private static final int ROWS = 3_000;

  static Stream<Arguments> formats() {
    return Stream.of(RowFormat.CSV, RowFormat.TSV, RowFormat.JSON)
        .flatMap(f -> Stream.of(Encoding.values()).map(e -> Arguments.of(f, e)));
  }

  @ParameterizedTest
  @MethodSource("formats")
  void everyRowComesBack(RowFormat format, Encoding encoding) throws Exception {
    var random = new Random(7);
    var written = new ArrayList<List<byte[]>>();
    var out = new ByteArrayOutputStream();
    RowWriter writer = RowLayout.labelled(encoding, encoding).writer(format, out, 0);
    while (written.size() < ROWS) {
      List<byte[]> row = List.of(RandomBytes.of(random), RandomBytes.of(random));
      if (encoding != Encoding.RAW || row.stream().allMatch(bytes -> fits(bytes, format))) {
        writer.write(row.getFirst(), row.getLast());
        written.add(row);
      }
    }
    writer.finish();
    var in = new ByteArrayInputStream(out.toByteArray());
    RowReader reader =
        format == RowFormat.JSON
            ? new JsonReader(in, EntryColumns.usual())
            : new DelimitedReader(in, format, true, EntryColumns.usual());
    for (int i = 0; i < ROWS; i++) {
      assertThat(reader.next()).as("row %d", i).isTrue();
      assertThat(reader.key()).as("key %d", i).isEqualTo(written.get(i).getFirst());
      assertThat(reader.value()).as("value %d", i).isEqualTo(written.get(i).getLast());
    }
    assertThat(reader.next()).isFalse();
  }

  @Test
  void refusesRawBytesThatAFormatCantHold() throws Exception {
    var layout = RowLayout.labelled(Encoding.RAW, Encoding.RAW);
    var out = new ByteArrayOutputStream();
    byte[] fine = {'a'};
    assertThatThrownBy(() -> layout.writer(RowFormat.TSV, out, 0).write(fine, new byte[] {'\t'}))
        .hasMessageContaining("--value-encoding text");
    assertThatThrownBy(
            () -> layout.writer(RowFormat.JSON, out, 0).write(new byte[] {(byte) 0xFF}, fine))
        .hasMessageContaining("--key-encoding text");
  }

  @Test
  void tableAlignsItsColumnsAndStreams() throws Exception {
    var out = new ByteArrayOutputStream();
    RowWriter table =
        RowLayout.plain(Encoding.TEXT, Encoding.TEXT, false).writer(RowFormat.TABLE, out, 20);
    for (int i = 0; i < 300; i++) {
      table.write(bytes(i == 0 ? "漢字" : "k" + i), bytes("value of " + i + "\n"));
    }
    table.finish();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .hasSize(302)
        .startsWith("key   value", "----  -----", "漢字  value of 0\\n", "k1    value of 1\\n")
        .endsWith("k299  value of 299\\n");
  }

  private static boolean fits(byte[] bytes, RowFormat format) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    return switch (format) {
      case TSV -> !text.matches("(?s).*[\t\r\n].*");
      case JSON -> Encoding.RAW.isText(bytes);
      default -> true;
    };
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
