package org.anvildb.version;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Varint;

/** Grows an array by the fields of edits. Not thread-safe. */
final class EditEncoder {
  private byte[] bytes = new byte[256];
  private int length;

  byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  void putByte(int value) {
    reserve(1);
    bytes[length++] = (byte) value;
  }

  /** Writes a number that is not negative. */
  void putNumber(long value) {
    if (value < 0) {
      throw new IllegalStateException("a negative number in an edit: " + value);
    }
    reserve(Varint.MAX_LONG_BYTES);
    length = Varint.put(bytes, length, value);
  }

  void putInt(int value) {
    reserve(Integer.BYTES);
    Bytes.putInt(bytes, length, value);
    length += Integer.BYTES;
  }

  void putLong(long value) {
    reserve(Long.BYTES);
    Bytes.putLong(bytes, length, value);
    length += Long.BYTES;
  }

  void putBytes(byte[] value) {
    putNumber(value.length);
    reserve(value.length);
    System.arraycopy(value, 0, bytes, length, value.length);
    length += value.length;
  }

  void putText(String value) {
    putBytes(value.getBytes(StandardCharsets.UTF_8));
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(length, more), 2 * bytes.length));
    }
  }
}
