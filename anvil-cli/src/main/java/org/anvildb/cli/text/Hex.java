package org.anvildb.cli.text;

import java.nio.charset.StandardCharsets;

/** Bytes as pairs of hexadecimal digits: written in lower case, read in either. */
final class Hex {
  private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

  private Hex() {}

  static void encode(byte[] data, ByteText out) {
    for (byte b : data) {
      out.add(DIGITS[b >> 4 & 15]).add(DIGITS[b & 15]);
    }
  }

  static byte[] decode(byte[] text, int from, int to) {
    if ((to - from & 1) != 0) {
      throw new EncodingException(to - from - 1, "hexadecimal text needs an even number of digits");
    }
    byte[] data = new byte[(to - from) / 2];
    for (int i = 0; i < data.length; i++) {
      int value = digit(text[from + 2 * i]) << 4 | digit(text[from + 2 * i + 1]);
      if (value < 0) {
        throw new EncodingException(2 * i, "only the digits 0-9 and a-f are hexadecimal");
      }
      data[i] = (byte) value;
    }
    return data;
  }

  /** Returns the value of a digit, or a negative number that stays negative when shifted. */
  static int digit(byte letter) {
    if (letter >= '0' && letter <= '9') {
      return letter - '0';
    }
    int lower = letter | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /** Appends one byte as two digits. */
  static void add(ByteText out, int b) {
    out.add(DIGITS[b >> 4 & 15]).add(DIGITS[b & 15]);
  }
}
