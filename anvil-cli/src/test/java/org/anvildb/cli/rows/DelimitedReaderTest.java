package org.anvildb.cli.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.anvildb.cli.text.Encoding;
import org.junit.jupiter.api.Test;

/** Holds how CSV and TSV are read. */
final class DelimitedReaderTest {
  @Test
  void readsPlainRows() throws Exception {
    assertThat(Rows.csv("a,1\nb,2\n")).containsExactly("a=1", "b=2");
    assertThat(Rows.csv("a,1\nb,2")).as("no line end at the end").containsExactly("a=1", "b=2");
    assertThat(Rows.csv("a,1,x,y\n")).as("more columns").containsExactly("a=1");
    assertThat(Rows.csv(",\n")).as("empty key and value").containsExactly("=");
    assertThat(Rows.csv("a,")).containsExactly("a=");
    assertThat(Rows.csv("")).isEmpty();
  }

  @Test
  void takesLineEndsOfBothKindsAndSkipsEmptyLines() throws Exception {
    assertThat(Rows.csv("a,1\r\n\r\nb,2\r\n\n\nc,3\r\n")).containsExactly("a=1", "b=2", "c=3");
    assertThat(Rows.csv("\"a\",\"1\"\r\nb,2")).containsExactly("a=1", "b=2");
    assertThat(Rows.csv("a,1\r")).as("a lone return is data").containsExactly("a=1\r");
  }

  @Test
  void skipsAByteOrderMark() throws Exception {
    assertThat(Rows.csv("\uFEFFa,1\n")).containsExactly("a=1");
    assertThat(Rows.csv("\uFEFF\"a\",1\n\uFEFFb,2\n")).containsExactly("a=1", "\uFEFFb=2");
  }

  @Test
  void readsQuotedFields() throws Exception {
    assertThat(Rows.csv("\"a,b\",\"x\"\"y\"\n")).containsExactly("a,b=x\"y");
    assertThat(Rows.csv("\"a\r\nb\",\"\"\nc,3")).containsExactly("a\r\nb=", "c=3");
    assertThat(Rows.csv("\"\"\"\"\"\",1")).containsExactly("\"\"=1");
    assertThat(Rows.csv("a\"b,\"1\"")).as("a quote inside is data").containsExactly("a\"b=1");
  }

  @Test
  void tsvKnowsNoQuotes() throws Exception {
    assertThat(Rows.tsv("\"a\t1,2\"\nb\t\n")).containsExactly("\"a=1,2\"", "b=");
  }

  @Test
  void choosesColumnsByNumberOrName() throws Exception {
    String text = "id,name,price\n1,apple,3\n";
    assertThat(read(text, Rows.columns("name", "price"))).containsExactly("apple=3");
    assertThat(read(text, Rows.columns("3", "1"))).containsExactly("3=1");
    assertThat(read(text, Rows.columns(null, null))).containsExactly("1=apple");
    assertThat(read("value,key\n1,a\n", EntryColumns.usual())).containsExactly("a=1");
    assertThat(read("x,key\n1,a\n", EntryColumns.usual())).containsExactly("a=1");
    assertThatThrownBy(() -> read(text, Rows.columns("sku", null)))
        .hasMessage("the header has no column 'sku', but id, name, price");
    assertThatThrownBy(() ->
            new DelimitedReader(Rows.input(text), RowFormat.CSV, false, Rows.columns("id", null)))
        .hasMessageContaining("--header");
  }

  @Test
  void decodesAsTheColumnNameTellsUnlessAskedOtherwise() throws Exception {
    String text = "key_hex,value_base64\n6162,aGk=\n";
    assertThat(read(text, EntryColumns.usual())).containsExactly("ab=hi");
    assertThat(read(text, new EntryColumns(null, null, false, Encoding.RAW, Encoding.RAW)))
        .containsExactly("6162=aGk=");
    assertThat(read("key_text,value\na\\nb,a\\nb\n", EntryColumns.usual()))
        .containsExactly("a\nb=a\\nb");
  }

  @Test
  void takesTheWholeRowAsValue() throws Exception {
    assertThat(read("id,x\n1,\"a\"\"b\"\r\n2,c\n", new EntryColumns("id", null, true, null, null)))
        .containsExactly("1=1,\"a\"\"b\"", "2=2,c");
  }

  @Test
  void namesLineAndColumnOfAFaultAndGoesOnBehindIt() throws Exception {
    assertThat(Rows.csv("a,1\nb\nc,3\n"))
        .containsExactly("a=1", "line 2, column 2: column 2 is missing: the row has 1", "c=3");
    assertThat(Rows.csv("\"x\ny\",1\n\"a\" b,2\nc,3\n"))
        .containsExactly(
            "x\ny=1",
            "line 3, column 4: text behind a closing quote; a quote inside quotes is written \"\"",
            "c=3");
    assertThat(Rows.csv("a,1\nb,\"2\nc,3\nd,4"))
        .as("an open quote costs its line alone")
        .containsExactly("a=1", "line 2, column 3: this quote is never closed", "c=3", "d=4");
    assertThat(read("key_hex,value\n6162,x\n61zz,y\n", EntryColumns.usual()))
        .containsExactly(
            "ab=x", "line 3, column 3: only the digits 0-9 and a-f are hexadecimal (hex)");
  }

  @Test
  void refusesAKeyBeyondTheLimit() throws Exception {
    assertThat(Rows.csv("k".repeat(65_535) + ",1")).hasSize(1).first().asString().endsWith("=1");
    assertThat(Rows.csv("a,1\n" + "k".repeat(65_536) + ",1\n"))
        .containsExactly("a=1", "line 2, column 1: the key is longer than 65535 bytes");
  }

  @Test
  void readsFieldsLargerThanItsBuffer() throws Exception {
    String big = "v\"".repeat(1 << 20);
    String quoted = "\"" + big.replace("\"", "\"\"") + "\"";
    assertThat(Rows.csv("a,1\nb," + quoted + "\nc,3\n")).containsExactly("a=1", "b=" + big, "c=3");
  }

  @Test
  void readsTheSameHoweverTheBytesArrive() throws Exception {
    String text = "\uFEFFa,1\r\n\"b\"\"b\",\"2\r\n\"\r\n\n\"c\",3";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(
            Rows.read(
                new DelimitedReader(
                    Rows.slowly(bytes), RowFormat.CSV, false, EntryColumns.usual())))
        .isEqualTo(Rows.csv(text))
        .containsExactly("a=1", "b\"b=2\r\n", "c=3");
  }

  @Test
  void tellsHowFarItIs() throws Exception {
    var rows =
        new DelimitedReader(
            Rows.input("\uFEFFa,1\nb,2\n"), RowFormat.CSV, false, EntryColumns.usual());
    assertThat(rows.position()).isEqualTo(3);
    rows.next();
    assertThat(rows.position()).isEqualTo(7);
  }

  private static List<String> read(String text, EntryColumns columns) throws Exception {
    return Rows.read(new DelimitedReader(Rows.input(text), RowFormat.CSV, true, columns));
  }
}
