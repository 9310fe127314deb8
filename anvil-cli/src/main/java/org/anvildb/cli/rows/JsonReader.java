package org.anvildb.cli.rows;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.anvildb.api.Limits;
import org.anvildb.cli.text.Encoding;
import org.anvildb.cli.text.EncodingException;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON lines: one object a line, of which two members are key and value. A string stands for
 * its characters in UTF-8, anything else for its JSON text.
 */
public final class JsonReader implements RowReader {
  private static final byte LINE_FEED = '\n';
  private static final byte[] NONE = {};

  private final RowBuffer buffer;
  private final EntryColumns columns;
  private final JsonScanner scanner = new JsonScanner();
  private final Map<String, Member> members = new KnownMembers();
  private byte @Nullable [] key;
  private byte @Nullable [] value;

  /** Starts to read. */
  public JsonReader(InputStream in, EntryColumns columns) throws IOException {
    this.buffer = new RowBuffer(in);
    this.columns = columns;
  }

  @Override
  public boolean next() throws IOException, RowException {
    while (buffer.has(0)) {
      int end = buffer.find(0, LINE_FEED, LINE_FEED);
      int length = buffer.has(end) ? end + 1 : end;
      try {
        scanner.start(buffer.bytes(), buffer.start(), buffer.start() + end);
        if (!scanner.isBlank()) {
          readEntry();
          return true;
        }
      } catch (JsonScanner.Fault e) {
        throw buffer.fault(e.index() - buffer.start(), e.problem());
      } finally {
        buffer.advance(length);
      }
    }
    return false;
  }

  @Override
  public byte[] key() {
    return key == null ? NONE : key;
  }

  @Override
  public byte[] value() {
    return value == null ? NONE : value;
  }

  @Override
  public long position() {
    return buffer.consumed();
  }

  private Member member(String name) {
    if (isWanted(name, columns.key(), EntryColumns.KEY)) {
      return new Member(
          Role.KEY, EntryColumns.encoding(columns.keyEncoding(), name, EntryColumns.KEY));
    }
    if (!columns.wholeRow() && isWanted(name, columns.value(), EntryColumns.VALUE)) {
      return new Member(
          Role.VALUE, EntryColumns.encoding(columns.valueEncoding(), name, EntryColumns.VALUE));
    }
    return new Member(Role.OTHER, Encoding.RAW);
  }

  private void readEntry() throws RowException, JsonScanner.Fault {
    key = null;
    value = null;
    int from = scanner.position();
    scanner.openObject();
    while (scanner.nextMember()) {
      String name = scanner.name();
      int at = scanner.position();
      Member member = members.computeIfAbsent(name, this::member);
      switch (member.role()) {
        case KEY -> key = decode(at, member.encoding());
        case VALUE -> value = decode(at, member.encoding());
        case OTHER -> scanner.skipValue();
      }
    }
    int to = scanner.position();
    scanner.expectEnd();
    if (columns.wholeRow()) {
      value = Arrays.copyOfRange(buffer.bytes(), from, to);
    }
    check();
  }

  private void check() throws RowException {
    if (key == null) {
      throw missing(columns.key(), EntryColumns.KEY);
    }
    if (key.length > Limits.MAX_KEY_BYTES) {
      throw buffer.fault(0, "the key is longer than " + Limits.MAX_KEY_BYTES + " bytes");
    }
    if (value == null) {
      throw missing(columns.value(), EntryColumns.VALUE);
    }
  }

  private RowException missing(@Nullable String asked, String stem) {
    return buffer.fault(0, "the object has no member \"" + (asked == null ? stem : asked) + "\"");
  }

  private static boolean isWanted(String name, @Nullable String asked, String stem) {
    return asked == null ? EntryColumns.isLabel(name, stem) : name.equals(asked);
  }

  private byte[] decode(int at, Encoding encoding) throws RowException, JsonScanner.Fault {
    byte[] text = scanner.readValue();
    try {
      return encoding.decode(text, 0, text.length);
    } catch (EncodingException e) {
      throw buffer.fault(at - buffer.start(), e.getMessage() + " (" + encoding + ")");
    }
  }

  /** What a member is to us. */
  private enum Role {
    KEY,
    VALUE,
    OTHER
  }

  /** What a member of some name is, and how it is encoded. */
  private record Member(Role role, Encoding encoding) {}

  /** Forgets the oldest name when there are too many, as where names are data. */
  private static final class KnownMembers extends LinkedHashMap<String, Member> {
    private static final long serialVersionUID = 1L;
    private static final int MAX_NAMES = 1_000;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, Member> eldest) {
      return size() > MAX_NAMES;
    }
  }
}
