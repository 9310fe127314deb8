package org.anvildb.cli.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Locale;

/** How a key or value is written as text. Each but {@link #RAW} can write every byte string. */
public enum Encoding {
  /** UTF-8 with backslash escapes for whatever can't be shown. */
  TEXT,
  /** The bytes as they are. */
  RAW,
  /** Two hexadecimal digits a byte. */
  HEX,
  /** Base 64 with padding. */
  BASE64;

  /** Appends the text of some bytes. */
  public void encode(byte[] data, ByteText out) {
    switch (this) {
      case TEXT -> EscapedText.encode(data, out);
      case RAW -> out.add(data);
      case HEX -> Hex.encode(data, out);
      case BASE64 -> out.add(Base64.getEncoder().encode(data));
    }
  }

  /**
   * Returns the bytes that a range of text stands for.
   *
   * @throws EncodingException if the text breaks the rules of the encoding
   */
  public byte[] decode(byte[] text, int from, int to) {
    return switch (this) {
      case TEXT -> EscapedText.decode(text, from, to);
      case RAW -> Arrays.copyOfRange(text, from, to);
      case HEX -> Hex.decode(text, from, to);
      case BASE64 -> decodeBase64(Arrays.copyOfRange(text, from, to));
    };
  }

  /**
   * Returns the bytes that a text stands for.
   *
   * @throws EncodingException if the text breaks the rules of the encoding
   */
  public byte[] decode(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return decode(utf8, 0, utf8.length);
  }

  /** Returns the text of some bytes. */
  public String toText(byte[] data) {
    var out = new ByteText();
    encode(data, out);
    return out.toString();
  }

  /** Tells whether bytes can be written so as part of a text that has to be UTF-8 throughout. */
  public boolean isText(byte[] data) {
    return this != RAW || Utf8.isValid(data);
  }

  /** The name as it is written on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static byte[] decodeBase64(byte[] text) {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new EncodingException(0, "this is not base 64");
    }
  }
}
