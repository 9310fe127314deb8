package org.anvildb.cli.rows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anvildb.cli.text.ByteText;

/**
 * Steps through one JSON object in a range of bytes, member by member. Values that nobody asks for
 * are checked for structure and passed over without a copy. Not thread-safe.
 */
final class JsonScanner {
  private static final int MAX_DEPTH = 500;
  private static final int MAX_KNOWN_NAMES = 64;
  private static final byte[] NONE = {};

  private final ByteText text = new ByteText();
  private byte[] bytes = NONE;
  private int at;
  private int end;
  private boolean first;
  private String name = "";

  /** The names of the object before, by the place of the member: most files repeat them. */
  private final List<KnownName> known = new ArrayList<>();

  private int members;

  /** Takes up a range. */
  void start(byte[] source, int from, int to) {
    bytes = source;
    at = from;
    end = to;
    first = true;
    members = 0;
    skipSpace();
  }

  /** Tells whether nothing but white space is left. */
  boolean isBlank() {
    return at == end;
  }

  /** Returns the index at which the scanner stands. */
  int position() {
    return at;
  }

  /** Steps into the object. */
  void openObject() throws Fault {
    if (at < end && bytes[at] == '[') {
      throw new Fault(at, "one JSON object a line is expected, not an array");
    }
    expect('{', "one JSON object a line is expected");
  }

  /** Steps to the next member: {@link #name} is known, and the scanner stands on its value. */
  boolean nextMember() throws Fault {
    skipSpace();
    if (at < end && bytes[at] == '}') {
      at++;
      return false;
    }
    if (!first) {
      expect(',', "a comma or the end of the object is expected");
      skipSpace();
    }
    first = false;
    name = knownName();
    skipSpace();
    expect(':', "a colon is expected");
    skipSpace();
    return true;
  }

  /** Returns the name of the present member. */
  String name() {
    return name;
  }

  /** Returns the characters of a string, or the text of any other value, and steps behind it. */
  byte[] readValue() throws Fault {
    if (at < end && bytes[at] == '"') {
      return readString();
    }
    int from = at;
    skipValue();
    return Arrays.copyOfRange(bytes, from, at);
  }

  /** Steps behind a value of any kind. */
  void skipValue() throws Fault {
    skipValue(0);
  }

  /** Checks that nothing follows the object. */
  void expectEnd() throws Fault {
    skipSpace();
    if (at < end) {
      throw new Fault(at, "text behind the object");
    }
  }

  private String knownName() throws Fault {
    int place = members++;
    if (place < known.size()) {
      byte[] quoted = known.get(place).quoted;
      int length = quoted.length;
      if (end - at >= length && Arrays.equals(bytes, at, at + length, quoted, 0, length)) {
        at += length;
        return known.get(place).name;
      }
    }
    int from = at;
    String read = memberName();
    if (place < MAX_KNOWN_NAMES) {
      var entry = new KnownName(Arrays.copyOfRange(bytes, from, at), read);
      if (place < known.size()) {
        known.set(place, entry);
      } else {
        known.add(entry);
      }
    }
    return read;
  }

  private String memberName() throws Fault {
    if (at == end || bytes[at] != '"') {
      throw new Fault(at, "a member's name in quotes is expected");
    }
    int from = at + 1;
    boolean plain = skipString();
    if (plain) {
      return new String(bytes, from, at - 1 - from, StandardCharsets.UTF_8);
    }
    at = from - 1;
    return new String(readString(), StandardCharsets.UTF_8);
  }

  private void skipValue(int depth) throws Fault {
    if (at == end) {
      throw new Fault(at, "a value is expected");
    }
    if (depth > MAX_DEPTH) {
      throw new Fault(at, "nested deeper than " + MAX_DEPTH);
    }
    switch (bytes[at]) {
      case '"' -> skipString();
      case '{' -> skipNested('}', depth);
      case '[' -> skipNested(']', depth);
      default -> skipLiteral();
    }
  }

  private void skipNested(char closing, int depth) throws Fault {
    at++;
    skipSpace();
    boolean more = at == end || bytes[at] != closing;
    while (more) {
      if (closing == '}') {
        memberName();
        skipSpace();
        expect(':', "a colon is expected");
        skipSpace();
      }
      skipValue(depth + 1);
      skipSpace();
      more = at < end && bytes[at] == ',';
      if (more) {
        at++;
        skipSpace();
      }
    }
    expect(closing, "a comma or " + closing + " is expected");
  }

  /** Steps behind a number, true, false or null. */
  private void skipLiteral() throws Fault {
    int from = at;
    while (at < end
        && (bytes[at] == '+'
            || bytes[at] == '-'
            || bytes[at] == '.'
            || Character.isLetterOrDigit(bytes[at]))) {
      at++;
    }
    String word = new String(bytes, from, at - from, StandardCharsets.US_ASCII);
    if (!word.matches("true|false|null|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?")) {
      throw new Fault(from, "a string, number, object, array, true, false or null is expected");
    }
  }

  /** Steps behind a string; tells whether it holds no escape. */
  private boolean skipString() throws Fault {
    int from = at++;
    boolean plain = true;
    while (at < end && bytes[at] != '"') {
      if (bytes[at] >= 0 && bytes[at] < 0x20) {
        throw new Fault(at, "a control character in a string");
      }
      if (bytes[at] == '\\') {
        plain = false;
        at++;
      }
      at++;
    }
    if (at >= end) {
      throw new Fault(from, "this string never ends");
    }
    at++;
    return plain;
  }

  private byte[] readString() throws Fault {
    int from = at + 1;
    if (skipString()) {
      return Arrays.copyOfRange(bytes, from, at - 1);
    }
    int closing = at - 1;
    text.clear();
    at = from;
    while (at < closing) {
      if (bytes[at] == '\\') {
        addEscape(closing);
      } else {
        text.add(bytes[at++]);
      }
    }
    at = closing + 1;
    return text.toBytes();
  }

  private void addEscape(int closing) throws Fault {
    byte letter = bytes[at + 1];
    int plain = "\"\\/bfnrt".indexOf(letter);
    if (plain >= 0) {
      text.add("\"\\/\b\f\n\r\t".charAt(plain));
      at += 2;
      return;
    }
    int unit = letter == 'u' ? unit(at + 2, closing) : -1;
    if (unit < 0) {
      throw new Fault(at, "an unknown escape in a string");
    }
    int start = at;
    at += 6;
    if (Character.isHighSurrogate((char) unit)) {
      boolean pair = at + 1 < closing && bytes[at] == '\\' && bytes[at + 1] == 'u';
      int low = pair ? unit(at + 2, closing) : -1;
      if (low < 0 || !Character.isLowSurrogate((char) low)) {
        throw new Fault(start, "half of a surrogate pair");
      }
      at += 6;
      text.add(Character.toString(Character.toCodePoint((char) unit, (char) low)));
    } else if (Character.isLowSurrogate((char) unit)) {
      throw new Fault(start, "half of a surrogate pair");
    } else {
      text.add(Character.toString(unit));
    }
  }

  private int unit(int from, int closing) {
    int unit = 0;
    for (int i = from; i < from + 4; i++) {
      int digit = i < closing ? Character.digit(bytes[i], 16) : -1;
      if (digit < 0) {
        return -1;
      }
      unit = unit << 4 | digit;
    }
    return unit;
  }

  private void expect(char letter, String problem) throws Fault {
    if (at == end || bytes[at] != letter) {
      throw new Fault(at, problem);
    }
    at++;
  }

  private void skipSpace() {
    while (at < end && (bytes[at] == ' ' || bytes[at] == '\t' || bytes[at] == '\r')) {
      at++;
    }
  }

  /** A name as it stands in the text, quotes and all, and what it says. */
  private static final class KnownName {
    final byte[] quoted;
    final String name;

    KnownName(byte[] quoted, String name) {
      this.quoted = quoted;
      this.name = name;
    }
  }

  /** The bytes are not JSON; tells where and why. */
  static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    /** The index of the offending byte. */
    private final int index;

    /** What is wrong. */
    private final String problem;

    Fault(int index, String problem) {
      super(problem);
      this.index = index;
      this.problem = problem;
    }

    int index() {
      return index;
    }

    String problem() {
      return problem;
    }
  }
}
