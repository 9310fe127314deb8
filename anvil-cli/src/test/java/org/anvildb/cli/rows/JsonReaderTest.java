package org.anvildb.cli.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds how JSON lines are read. */
final class JsonReaderTest {
  @Test
  void readsStrings() throws Exception {
    assertThat(Rows.json("{\"key\":\"a\",\"value\":\"1\"}\n { \"value\" : \"\" , \"key\":\"b\" } "))
        .containsExactly("a=1", "b=");
    assertThat(
            Rows.json(
                "{\"key\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\",\"value\":\"\\ud83d\\ude00ä\"}"))
        .containsExactly("\"\\/\b\f\n\r\tä=😀ä");
    assertThat(Rows.json("{\"k\\u0065y\":\"a\",\"value\":\"1\"}")).containsExactly("a=1");
  }

  @Test
  void takesOtherValuesAsTheyStand() throws Exception {
    assertThat(Rows.json("{\"key\":-1.5e3,\"value\":{\"a\":[1,true,null,\"}\"]}}"))
        .containsExactly("-1.5e3={\"a\":[1,true,null,\"}\"]}");
  }

  @Test
  void passesOverWhatNobodyAskedFor() throws Exception {
    assertThat(
            Rows.json("{\"x\":[[{}],{\"key\":2}],\"key\":\"a\",\"y\":{},\"value\":\"1\",\"z\":0}"))
        .containsExactly("a=1");
  }

  @Test
  void skipsEmptyLinesByteOrderMarkAndCarriageReturns() throws Exception {
    assertThat(Rows.json("\uFEFF\r\n{\"key\":\"a\",\"value\":\"1\"}\r\n  \n"))
        .containsExactly("a=1");
  }

  @Test
  void choosesMembersByNameAndDecodesAsTheNameTells() throws Exception {
    String line = "{\"id\":7,\"key_hex\":\"6162\",\"value_base64\":\"aGk=\"}";
    assertThat(Rows.json(line)).containsExactly("ab=hi");
    var columns = Rows.columns("id", "key_hex");
    assertThat(Rows.read(new JsonReader(Rows.input(line), columns))).containsExactly("7=6162");
    var whole = new EntryColumns("id", null, true, null, null);
    assertThat(Rows.read(new JsonReader(Rows.input(" " + line + " \n"), whole)))
        .containsExactly("7=" + line);
  }

  @Test
  void namesLineAndColumnOfAFaultAndGoesOnBehindIt() throws Exception {
    String good = "{\"key\":\"a\",\"value\":\"1\"}\n";
    assertThat(Rows.json(good + "{\"key\":\"b\"}\n" + good))
        .containsExactly("a=1", "line 2, column 1: the object has no member \"value\"", "a=1");
    assertThat(Rows.json(good + "{\"key\":tru}\n"))
        .last()
        .isEqualTo(
            "line 2, column 8: a string, number, object, array, true, false or null is expected");
    assertThat(Rows.json("[1]"))
        .containsExactly("line 1, column 1: one JSON object a line is expected, not an array");
    assertThat(Rows.json("{\"key_hex\":\"zz\",\"value\":1}"))
        .containsExactly("line 1, column 12: only the digits 0-9 and a-f are hexadecimal (hex)");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        "{",
        "{}",
        "{]",
        "{\"key\"}",
        "{\"key\":}",
        "{\"key\":\"a\" \"value\":1}",
        "{\"key\":\"a\",,\"value\":1}",
        "{\"key\":\"a\",\"value\":01}",
        "{\"key\":\"a\",\"value\":\"\\x\"}",
        "{\"key\":\"a\",\"value\":\"\\u12\"}",
        "{\"key\":\"a\",\"value\":\"\\ud800\"}",
        "{\"key\":\"a\",\"value\":\"\\udc00\"}",
        "{\"key\":\"a\",\"value\":\"open}",
        "{\"key\":\"a\",\"value\":\"open\\",
        "{\"key\":\"a\",\"value\":\"tab\there\"}",
        "{\"key\":\"a\",\"value\":[1}",
        "{\"key\":\"a\",\"value\":1} x"
      })
  void refusesWhatIsNoJson(String line) throws Exception {
    String good = "{\"key\":\"a\",\"value\":\"1\"}";
    assertThat(Rows.json(line + "\n" + good)).hasSize(2).last().isEqualTo("a=1");
    assertThat(Rows.json(line)).first().asString().startsWith("line 1, column ");
  }

  @Test
  void bearsDeepNesting() throws Exception {
    String deep = "[".repeat(100_000);
    assertThat(Rows.json("{\"x\":" + deep + "\n"))
        .singleElement()
        .asString()
        .contains("nested deeper");
  }

  @Test
  void readsTheSameHoweverTheBytesArrive() throws Exception {
    String text = "{\"key\":\"ä\",\"value\":\"\\u00e4\"}\n{\"key\":\"b\",\"value\":2}";
    var slow = Rows.slowly(text.getBytes(StandardCharsets.UTF_8));
    assertThat(Rows.read(new JsonReader(slow, EntryColumns.usual()))).containsExactly("ä=ä", "b=2");
  }
}
