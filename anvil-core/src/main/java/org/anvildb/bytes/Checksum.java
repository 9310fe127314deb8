package org.anvildb.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.zip.CRC32C;

/**
 * CRC32C of bytes, always computed over a copy on the heap: the same computation on a mapping that
 * is cut short would kill the process instead of throwing.
 */
public final class Checksum {
  private static final int CHUNK = 16 << 10;

  /** A copy that is no longer than this is made in a fresh array. */
  private static final int SMALL = 1 << 10;

  private static final int SLOTS = 8;

  /**
   * Arrays for copies, found by the thread's number. Each was allocated and zeroed anew before: a
   * twentieth of the time of a merge, and as much garbage as it reads.
   */
  private static final AtomicReferenceArray<byte[]> IDLE = new AtomicReferenceArray<>(SLOTS);

  private Checksum() {}

  /** Returns the checksum of a range of an array. */
  public static int of(byte[] source, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(source, offset, length);
    return (int) crc.getValue();
  }

  /** Returns the checksum of a salt and a range of an array: the same bytes elsewhere differ. */
  public static int of(long salt, byte[] source, int offset, int length) {
    CRC32C crc = new CRC32C();
    update(crc, salt);
    crc.update(source, offset, length);
    return (int) crc.getValue();
  }

  /** Returns the checksum of a range of a segment. */
  public static int of(MemorySegment source, long offset, long length) {
    CRC32C crc = new CRC32C();
    update(crc, source, offset, length);
    return (int) crc.getValue();
  }

  /** Returns the checksum of a salt and a range of a segment. */
  public static int of(long salt, MemorySegment source, long offset, long length) {
    CRC32C crc = new CRC32C();
    update(crc, salt);
    update(crc, source, offset, length);
    return (int) crc.getValue();
  }

  private static void update(CRC32C crc, long salt) {
    byte[] salted = new byte[Long.BYTES];
    Bytes.putLong(salted, 0, salt);
    crc.update(salted, 0, Long.BYTES);
  }

  private static void update(CRC32C crc, MemorySegment source, long offset, long length) {
    if (length <= SMALL) {
      update(crc, source, offset, length, new byte[(int) length]);
      return;
    }
    int slot = (int) Thread.currentThread().threadId() & SLOTS - 1;
    byte[] idle = IDLE.getAndSet(slot, null);
    byte[] copy = idle == null ? new byte[CHUNK] : idle;
    update(crc, source, offset, length, copy);
    IDLE.lazySet(slot, copy);
  }

  private static void update(
      CRC32C crc, MemorySegment source, long offset, long length, byte[] copy) {
    long at = offset;
    long left = length;
    while (left > 0) {
      int n = (int) Math.min(copy.length, left);
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, at, copy, 0, n);
      crc.update(copy, 0, n);
      at += n;
      left -= n;
    }
  }
}
