package org.anvildb.cli.text;

import java.util.Arrays;

/**
 * Text in which every byte string can be written: printable UTF-8 stands for itself, all else is
 * escaped.
 *
 * <pre>
 *   \\      a backslash            \n \r \t   line feed, carriage return, tab
 *   \x7f    any byte, as two hexadecimal digits
 * </pre>
 *
 * <p>Another character behind a backslash is an error, never a guess.
 */
final class EscapedText {
  private EscapedText() {}

  static void encode(byte[] data, ByteText out) {
    int i = 0;
    while (i < data.length) {
      int decoded = Utf8.decode(data, i, data.length);
      int length = decoded < 0 ? 1 : decoded & 7;
      if (decoded >= 0 && decoded >>> 3 != '\\' && Utf8.isPrintable(decoded >>> 3)) {
        out.add(data, i, length);
      } else {
        for (int j = 0; j < length; j++) {
          escape(data[i + j], out);
        }
      }
      i += length;
    }
  }

  private static void escape(byte b, ByteText out) {
    out.add('\\');
    switch (b) {
      case '\\' -> out.add('\\');
      case '\n' -> out.add('n');
      case '\r' -> out.add('r');
      case '\t' -> out.add('t');
      default -> Hex.add(out.add('x'), b);
    }
  }

  static byte[] decode(byte[] text, int from, int to) {
    int slash = from;
    while (slash < to && text[slash] != '\\') {
      slash++;
    }
    if (slash == to) {
      return Arrays.copyOfRange(text, from, to);
    }
    var out = new ByteText().add(text, from, slash - from);
    int i = slash;
    while (i < to) {
      if (text[i] != '\\') {
        out.add(text[i++]);
      } else if (i + 1 < to && text[i + 1] == 'x') {
        out.add(hexByte(text, i + 2, to, i - from));
        i += 4;
      } else {
        out.add(named(i + 1 < to ? text[i + 1] : 0, i - from));
        i += 2;
      }
    }
    return out.toBytes();
  }

  private static int named(byte letter, int at) {
    return switch (letter) {
      case '\\' -> '\\';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default ->
          throw new EncodingException(
              at,
              "a backslash must be followed by \\, n, r, t or xHH; write \\\\ for one backslash");
    };
  }

  private static int hexByte(byte[] text, int from, int to, int at) {
    if (to - from >= 2) {
      int value = Hex.digit(text[from]) << 4 | Hex.digit(text[from + 1]);
      if (value >= 0) {
        return value;
      }
    }
    throw new EncodingException(at, "\\x must be followed by two hexadecimal digits");
  }
}
