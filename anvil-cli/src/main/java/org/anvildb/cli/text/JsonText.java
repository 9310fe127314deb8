package org.anvildb.cli.text;

import java.util.List;
import java.util.Map;

/** Writes JSON: strings from bytes, and small trees of maps, lists, numbers and strings. */
public final class JsonText {
  private JsonText() {}

  /** Appends a JSON string whose characters are given in valid UTF-8. */
  public static void string(ByteText utf8, ByteText out) {
    out.add('"');
    for (int i = 0; i < utf8.length(); i++) {
      byte b = utf8.at(i);
      switch (b) {
        case '"' -> out.add('\\').add('"');
        case '\\' -> out.add('\\').add('\\');
        case '\n' -> out.add('\\').add('n');
        case '\r' -> out.add('\\').add('r');
        case '\t' -> out.add('\\').add('t');
        default -> {
          if (b >= 0 && b < 0x20 || b == 0x7F) {
            out.add("\\u00");
            Hex.add(out, b);
          } else {
            out.add(b);
          }
        }
      }
    }
    out.add('"');
  }

  /** Returns a tree of maps, lists, numbers, booleans and strings as JSON, indented by two. */
  public static String of(Object tree) {
    var out = new ByteText();
    add(tree, "\n", out);
    return out.add('\n').toString();
  }

  private static void add(Object node, String newLine, ByteText out) {
    String deeper = newLine + "  ";
    switch (node) {
      case Map<?, ?> map -> {
        String separator = "{";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.add(separator).add(deeper);
          string(new ByteText().add(entry.getKey().toString()), out);
          out.add(": ");
          add(entry.getValue(), deeper, out);
          separator = ",";
        }
        out.add(map.isEmpty() ? "{}" : newLine + "}");
      }
      case List<?> list -> {
        String separator = "[";
        for (Object item : list) {
          out.add(separator).add(deeper);
          add(item, deeper, out);
          separator = ",";
        }
        out.add(list.isEmpty() ? "[]" : newLine + "]");
      }
      case Number number -> out.add(number.toString());
      case Boolean flag -> out.add(flag.toString());
      default -> string(new ByteText().add(node.toString()), out);
    }
  }
}
