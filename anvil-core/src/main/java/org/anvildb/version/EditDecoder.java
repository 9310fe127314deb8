package org.anvildb.version;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Varint;

/**
 * Reads the fields of edits from bytes that nobody vouches for: each length is checked against what
 * is left before anything is allocated. Not thread-safe.
 */
final class EditDecoder {
  private final String file;
  private final long base;
  private final byte[] bytes;
  private final int end;
  private int at;

  /**
   * Reads a range of an array.
   *
   * @param file for messages
   * @param base the offset in the file of the array's first byte, for messages
   */
  EditDecoder(String file, long base, byte[] bytes, int from, int end) {
    this.file = file;
    this.base = base;
    this.bytes = bytes;
    this.at = from;
    this.end = end;
  }

  boolean hasMore() {
    return at < end;
  }

  int position() {
    return at;
  }

  int getByte() {
    need(1);
    return bytes[at++] & 0xff;
  }

  long getNumber() {
    long value = Varint.get(bytes, at, end);
    if (value < 0) {
      throw corrupt("a number is cut or too long");
    }
    at += Varint.size(value);
    if (at > end || bytes[at - 1] < 0) {
      throw corrupt("a number is not in its shortest form");
    }
    return value;
  }

  long getNumber(String what, long max) {
    long value = getNumber();
    if (value > max) {
      throw corrupt(what + " is " + value + ", more than " + max);
    }
    return value;
  }

  int getNumber(String what, int max) {
    return (int) getNumber(what, (long) max);
  }

  int getInt() {
    need(Integer.BYTES);
    at += Integer.BYTES;
    return Bytes.getInt(bytes, at - Integer.BYTES);
  }

  long getLong() {
    need(Long.BYTES);
    at += Long.BYTES;
    return Bytes.getLong(bytes, at - Long.BYTES);
  }

  byte[] getBytes(String what, int max) {
    int length = getNumber(what, max);
    need(length);
    at += length;
    return Arrays.copyOfRange(bytes, at - length, at);
  }

  String getText(String what, int max) {
    byte[] text = getBytes(what, max);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      throw new CorruptionException(file, base + at, what + " is not UTF-8; run repair", e);
    }
  }

  CorruptionException corrupt(String problem) {
    return new CorruptionException(file, base + at, problem + "; run repair");
  }

  private void need(int count) {
    if (end - at < count) {
      throw corrupt("an edit is cut: " + count + " bytes asked, " + (end - at) + " left");
    }
  }
}
