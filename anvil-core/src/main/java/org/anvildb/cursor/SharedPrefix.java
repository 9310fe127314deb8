package org.anvildb.cursor;

import java.util.Arrays;
import org.anvildb.bytes.Bytes;

/**
 * First bytes that a set of keys has in common. Not thread-safe.
 *
 * <p>Whether a key has a prefix of up to 16 bytes is found by comparing two numbers, which may
 * overlap: its first 8 bytes, and the 8 bytes that end with the prefix.
 */
final class SharedPrefix {
  private static final int MIN_BYTES = 16;
  private static final byte[] NONE = {};

  private byte[] bytes = NONE;
  private int length;
  private long head;
  private long tail;

  /** The bits of the head that belong to the prefix. */
  private long headMask;

  int length() {
    return length;
  }

  /** Takes the first bytes of a key as the prefix. */
  void set(byte[] key, int prefixLength) {
    if (bytes.length < prefixLength) {
      bytes = new byte[Math.max(MIN_BYTES, Math.max(prefixLength, 2 * bytes.length))];
    }
    System.arraycopy(key, 0, bytes, 0, prefixLength);
    shorten(prefixLength);
  }

  /** Cuts the prefix down to what a key has of it. */
  void narrow(byte[] key, int keyLength) {
    shorten(Bytes.commonPrefix(bytes, length, key, keyLength));
  }

  /** Tells whether a key has the prefix. */
  boolean startsKey(byte[] key, int keyLength) {
    if (keyLength < length || ((Bytes.head(key, 0, keyLength) ^ head) & headMask) != 0) {
      return false;
    }
    if (length <= Bytes.HEAD_BYTES) {
      return true;
    }
    return Bytes.head(key, length - Bytes.HEAD_BYTES, length) == tail
        && (length <= 2 * Bytes.HEAD_BYTES || Arrays.equals(key, 0, length, bytes, 0, length));
  }

  private void shorten(int newLength) {
    length = newLength;
    head = Bytes.head(bytes, 0, newLength);
    tail = Bytes.head(bytes, Math.max(0, newLength - Bytes.HEAD_BYTES), newLength);
    int bits = Byte.SIZE * Math.min(newLength, Bytes.HEAD_BYTES);
    headMask = bits == 0 ? 0 : -1L << (Long.SIZE - bits);
  }
}
