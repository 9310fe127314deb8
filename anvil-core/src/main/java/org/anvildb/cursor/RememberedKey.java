package org.anvildb.cursor;

import java.util.Arrays;
import org.anvildb.bytes.Bytes;

/**
 * A key that was seen before, to tell whether another entry has the same one. Not thread-safe.
 *
 * <p>A key of at most 16 bytes is kept as two numbers, its first and its last 8 bytes; only a
 * longer one is copied. The last bytes are compared first: neighbours in key order mostly differ
 * there.
 */
public final class RememberedKey {
  private static final int NUMBERS_BYTES = 2 * Bytes.HEAD_BYTES;
  private static final int LEAST_ROOM = 64;
  private static final byte[] NONE = {};

  /** Grows with the first copy: most cursors make none. */
  private byte[] bytes = NONE;

  private int length = -1;
  private long head;
  private long tail;

  /** Makes one that equals no key. */
  public RememberedKey() {}

  /** Forgets the key. */
  public void clear() {
    length = -1;
  }

  /** Remembers a key; {@link #bytes()} is undefined afterwards. */
  public void set(byte[] key, int keyLength) {
    head = Bytes.head(key, 0, keyLength);
    tail = tail(key, keyLength);
    length = keyLength;
    if (keyLength > NUMBERS_BYTES) {
      copy(key, keyLength);
    }
  }

  /** Remembers a key, and keeps a copy of it for {@link #bytes()}. */
  public void setCopy(byte[] key, int keyLength) {
    set(key, keyLength);
    if (keyLength <= NUMBERS_BYTES) {
      copy(key, keyLength);
    }
  }

  /** Tells whether a key is the remembered one. */
  public boolean matches(byte[] key, int keyLength) {
    return keyLength == length
        && tail(key, keyLength) == tail
        && Bytes.head(key, 0, keyLength) == head
        && (keyLength <= NUMBERS_BYTES || Arrays.equals(key, 0, keyLength, bytes, 0, keyLength));
  }

  /** Returns the array that holds the copy, from index 0 on; it may be longer than the key. */
  public byte[] bytes() {
    return bytes;
  }

  /** Returns the length of the key. */
  public int length() {
    return length;
  }

  private static long tail(byte[] key, int keyLength) {
    return Bytes.head(key, Math.max(0, keyLength - Bytes.HEAD_BYTES), keyLength);
  }

  private void copy(byte[] key, int keyLength) {
    if (bytes.length < keyLength) {
      bytes = new byte[Math.max(LEAST_ROOM, Math.max(keyLength, 2 * bytes.length))];
    }
    System.arraycopy(key, 0, bytes, 0, keyLength);
  }
}
