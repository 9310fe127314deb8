package org.anvildb.cli.text;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A growing line of bytes, for text that is put together before it is written. Not thread-safe;
 * made to be cleared and used again.
 */
public final class ByteText {
  private byte[] bytes = new byte[256];
  private int length;

  /** Empties the text; its memory is kept. */
  public void clear() {
    length = 0;
  }

  /** Returns the number of bytes. */
  public int length() {
    return length;
  }

  /** Appends one byte. */
  public ByteText add(int b) {
    if (length == bytes.length) {
      grow(1);
    }
    bytes[length++] = (byte) b;
    return this;
  }

  /** Appends bytes. */
  public ByteText add(byte[] source) {
    return add(source, 0, source.length);
  }

  /** Appends a range of bytes. */
  public ByteText add(byte[] source, int offset, int count) {
    if (count > bytes.length - length) {
      grow(count);
    }
    System.arraycopy(source, offset, bytes, length, count);
    length += count;
    return this;
  }

  /** Appends another text. */
  public ByteText add(ByteText other) {
    return add(other.bytes, 0, other.length);
  }

  /** Appends a string as UTF-8. */
  public ByteText add(String text) {
    return add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Returns the byte at an index. */
  public byte at(int index) {
    return bytes[index];
  }

  /** Returns a copy of the bytes. */
  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  /** Writes the bytes to a stream. */
  public void writeTo(OutputStream out) throws IOException {
    out.write(bytes, 0, length);
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private void grow(int count) {
    int wanted = Math.addExact(length, count);
    bytes =
        Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(wanted, 2L * length)));
  }
}
