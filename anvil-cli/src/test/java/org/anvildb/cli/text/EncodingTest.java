package org.anvildb.cli.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Holds that every encoding gives back every byte string, and says what is wrong with text. */
final class EncodingTest {
  @ParameterizedTest
  @EnumSource
  void givesBackEveryByteString(Encoding encoding) {
    for (int seed = 0; seed < 2_000; seed++) {
      byte[] data = RandomBytes.of(new Random(seed));
      var text = new ByteText();
      encoding.encode(data, text);
      byte[] bytes = text.toBytes();
      assertThat(encoding.decode(bytes, 0, bytes.length)).as("seed %d", seed).isEqualTo(data);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TEXT", "HEX", "BASE64"})
  void writesOnlyPrintableUtf8(Encoding encoding) {
    for (int seed = 0; seed < 2_000; seed++) {
      String text = encoding.toText(RandomBytes.of(new Random(seed)));
      assertThat(text.codePoints().allMatch(Utf8::isPrintable)).as("seed %d", seed).isTrue();
      assertThat(text).as("seed %d", seed).doesNotContain("\uFFFD");
    }
  }

  @Test
  void textLeavesWhatCanBeShownAndEscapesTheRest() {
    assertThat(text("a b ä € 😀")).isEqualTo("a b ä € 😀");
    assertThat(text("back\\slash")).isEqualTo("back\\\\slash");
    assertThat(text("\n\r\t\0\u001b")).isEqualTo("\\n\\r\\t\\x00\\x1b");
    assertThat(text("\u202eabc")).as("changes direction").isEqualTo("\\xe2\\x80\\xaeabc");
    assertThat(Encoding.TEXT.toText(new byte[] {(byte) 0xC3})).isEqualTo("\\xc3");
    assertThat(Encoding.TEXT.toText(new byte[] {(byte) 0xC0, (byte) 0x80}))
        .as("an overlong form")
        .isEqualTo("\\xc0\\x80");
    assertThat(Encoding.TEXT.toText(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}))
        .as("a surrogate")
        .isEqualTo("\\xed\\xa0\\x80");
  }

  @ParameterizedTest
  @CsvSource({
    "TEXT, ab\\q, 2",
    "TEXT, \\x4, 0",
    "TEXT, a\\x4g, 1",
    "TEXT, a\\, 1",
    "HEX, abc, 2",
    "HEX, 00zz, 2",
    "BASE64, a?, 0"
  })
  void namesTheByteThatIsWrong(Encoding encoding, String text, int index) {
    assertThatThrownBy(() -> encoding.decode(text))
        .isInstanceOfSatisfying(
            EncodingException.class, e -> assertThat(e.index()).isEqualTo(index));
  }

  @Test
  void hexReadsBothCases() {
    assertThat(Encoding.HEX.decode("00fFAb")).containsExactly(0, 0xFF, 0xAB);
  }

  private static String text(String plain) {
    return Encoding.TEXT.toText(plain.getBytes(StandardCharsets.UTF_8));
  }
}
