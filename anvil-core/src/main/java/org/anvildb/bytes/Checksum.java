package org.anvildb.bytes;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32C;

/**
 * CRC32C of bytes, always computed over a copy on the heap: the same computation on a mapping that
 * is cut short would kill the process instead of throwing.
 */
public final class Checksum {
  private static final int CHUNK = 16 << 10;

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
    byte[] copy = new byte[(int) Math.min(CHUNK, length)];
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
