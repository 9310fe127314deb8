package org.anvildb.memtable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.bytes.Bytes;
import org.anvildb.wal.BatchFormat;

/**
 * Reads and compares the keys of operations in a log segment. An operation is named by its offset
 * in bytes.
 *
 * <p>Safe for any number of threads. A reader that lost a race with the writer may hand in an
 * operation whose bytes it can't see yet: comparing then yields nonsense, which the validation that
 * follows discards, but never leaves the segment.
 */
final class OperationReader {
  private static final int SHORT_KEY = 64;

  private final MemorySegment log;
  private final long logBytes;

  OperationReader(MemorySegment log) {
    this.log = log;
    this.logBytes = log.byteSize();
  }

  MemorySegment log() {
    return log;
  }

  long logBytes() {
    return logBytes;
  }

  int keyLength(long operation) {
    return BatchFormat.keyLength(log, operation);
  }

  int keyspace(long operation) {
    return BatchFormat.keyspace(log, operation);
  }

  /**
   * Returns the head of a key behind its first {@code from} bytes. A key's last 8 bytes may be read
   * in one piece even if it is shorter: the operation's header stands before it.
   */
  long head(long operation, int from) {
    int length = keyLength(operation);
    int left = length - from;
    long key = BatchFormat.keyOffset(operation);
    if (left >= Long.BYTES) {
      return log.get(Bytes.BE_LONG, key + from);
    }
    return left <= 0
        ? 0
        : log.get(Bytes.BE_LONG, key + length - Long.BYTES) << (Long.SIZE - Byte.SIZE * left);
  }

  /**
   * Compares a key with an operation's, given that their first {@code from} bytes are equal, where
   * a key that is shorter than that counts as padded with zeros.
   */
  int compare(byte[] key, int length, long operation, int from) {
    int other = keyLength(operation);
    long start = BatchFormat.keyOffset(operation) + from;
    int left = length - from;
    int otherLeft = (int) Math.min(other - from, logBytes - start);
    if (left <= 0 || otherLeft <= 0) {
      return length - other;
    }
    return Bytes.compare(key, from, left, log, start, otherLeft);
  }

  /** Tells whether an operation is one on a given key of a given keyspace. */
  boolean matches(long operation, int keyspace, byte[] key, int length) {
    if (keyLength(operation) != length || keyspace(operation) != keyspace) {
      return false;
    }
    long start = BatchFormat.keyOffset(operation);
    if (length < Long.BYTES) {
      return Bytes.equal(key, 0, log, start, length);
    }
    int last = length - Long.BYTES;
    for (int i = 0; i < last; i += Long.BYTES) {
      if (Bytes.getLong(key, i) != log.get(Bytes.LE_LONG, start + i)) {
        return false;
      }
    }
    return Bytes.getLong(key, last) == log.get(Bytes.LE_LONG, start + last);
  }

  /**
   * Returns how many first bytes the keys of two operations share. Not by {@code
   * MemorySegment.mismatch}: where a page of the log is gone, the JVM (25, x86, code of C1) does
   * not survive a fault in the routine that it calls.
   */
  int commonPrefix(long a, long b) {
    int common = Math.min(keyLength(a), keyLength(b));
    long aKey = BatchFormat.keyOffset(a);
    long bKey = BatchFormat.keyOffset(b);
    int i = 0;
    for (; i <= common - Long.BYTES; i += Long.BYTES) {
      long difference = log.get(Bytes.LE_LONG, aKey + i) ^ log.get(Bytes.LE_LONG, bKey + i);
      if (difference != 0) {
        return i + Long.numberOfTrailingZeros(difference) / Byte.SIZE;
      }
    }
    while (i < common
        && log.get(ValueLayout.JAVA_BYTE, aKey + i) == log.get(ValueLayout.JAVA_BYTE, bKey + i)) {
      i++;
    }
    return i;
  }

  /** Compares a range of a key with the same range of an operation's; both padded with zeros. */
  int comparePrefix(byte[] key, int length, long operation, int from, int end) {
    for (int i = from; i < end; i += Long.BYTES) {
      long x = Heads.cut(Bytes.head(key, i, length), i, end);
      long y = Heads.cut(head(operation, i), i, end);
      if (x != y) {
        return Long.compareUnsigned(x, y);
      }
    }
    return 0;
  }

  /**
   * Copies an operation's key, whose length the caller knows, to the start of an array with room
   * for at least 8 bytes. Of a short key's last bytes 8 are read at once, as in {@link #head}.
   */
  void copyKey(long operation, int length, byte[] target) {
    long key = BatchFormat.keyOffset(operation);
    if (length < Long.BYTES) {
      long word = log.get(Bytes.LE_LONG, key + length - Long.BYTES);
      Bytes.putLong(target, 0, length == 0 ? 0 : word >>> (Long.SIZE - Byte.SIZE * length));
    } else if (length <= SHORT_KEY) {
      int last = length - Long.BYTES;
      for (int i = 0; i < last; i += Long.BYTES) {
        Bytes.putLong(target, i, log.get(Bytes.LE_LONG, key + i));
      }
      Bytes.putLong(target, last, log.get(Bytes.LE_LONG, key + last));
    } else {
      MemorySegment.copy(log, ValueLayout.JAVA_BYTE, key, target, 0, length);
    }
  }
}
