package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.storage.AppendFile;

/**
 * Gathers the bytes of a new table, computes the checksum of each page and appends them to the file
 * in large pieces. Not thread-safe.
 */
final class PageWriter {
  private static final int BUFFER_BYTES = 16 * TableFormat.PAGE_BYTES;

  private final AppendFile file;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int filled;
  private long flushed;
  private byte[] checksums = new byte[4 << 10];
  private int checksumsLength;

  PageWriter(AppendFile file) {
    this.file = file;
  }

  /** Returns how many bytes were written so far: the offset of the next one. */
  long position() {
    return flushed + filled;
  }

  void write(byte[] source, int offset, int length) {
    int from = offset;
    int left = length;
    while (left > 0) {
      int n = Math.min(left, BUFFER_BYTES - filled);
      System.arraycopy(source, from, buffer, filled, n);
      advance(n);
      from += n;
      left -= n;
    }
  }

  void write(MemorySegment source, long offset, long length) {
    long from = offset;
    long left = length;
    while (left > 0) {
      int n = (int) Math.min(left, BUFFER_BYTES - filled);
      MemorySegment.copy(source, ValueLayout.JAVA_BYTE, from, buffer, filled, n);
      advance(n);
      from += n;
      left -= n;
    }
  }

  /** Writes zeros until a section may start. */
  void align() {
    int odd = (int) (position() % TableFormat.LINE_BYTES);
    if (odd > 0) {
      write(new byte[TableFormat.LINE_BYTES], 0, TableFormat.LINE_BYTES - odd);
    }
  }

  /** Ends the last page; returns the checksums of all pages. Only appends may follow. */
  byte[] finishPages() {
    flush();
    return Arrays.copyOf(checksums, checksumsLength);
  }

  private void advance(int n) {
    filled += n;
    if (filled == BUFFER_BYTES) {
      flush();
    }
  }

  private void flush() {
    for (int at = 0; at < filled; at += TableFormat.PAGE_BYTES) {
      int crc = Checksum.of(buffer, at, Math.min(TableFormat.PAGE_BYTES, filled - at));
      if (checksumsLength == checksums.length) {
        checksums = Arrays.copyOf(checksums, 2 * checksumsLength);
      }
      Bytes.putInt(checksums, checksumsLength, crc);
      checksumsLength += Integer.BYTES;
    }
    if (filled > 0) {
      file.append(buffer, 0, filled);
    }
    flushed += filled;
    filled = 0;
  }
}
