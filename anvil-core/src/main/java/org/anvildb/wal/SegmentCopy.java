package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.log.RecordFormat;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.Storage;

/**
 * A log segment in a file of its own that holds the records of another one up to some point, and
 * ends there with a mark: all of it is synced, so what does not verify later is damage and no torn
 * tail. No state.
 */
public final class SegmentCopy {
  private static final int SLICE_BYTES = 1 << 20;

  private SegmentCopy() {}

  /** Returns the length of a copy, which is where its successor follows. */
  public static long fileBytes(long end) {
    return end + RecordFormat.HEADER_BYTES;
  }

  /**
   * Writes a copy; its bytes are durable when this returns, its name is not.
   *
   * @param storage where it goes
   * @param header what it is: of the number that the records were written for
   * @param memory the segment that holds the records
   * @param end the end of the last record to copy
   * @param lastSequence the number of that
   */
  public static void write(
      Storage storage,
      SegmentFormat.Header header,
      MemorySegment memory,
      long end,
      long lastSequence) {
    try (AppendFile file = storage.create(SegmentFormat.name(header.number()))) {
      byte[] page = SegmentFormat.encode(header);
      file.append(page, 0, page.length);
      byte[] slice = new byte[(int) Math.min(SLICE_BYTES, end - page.length)];
      for (long at = page.length; at < end; at += slice.length) {
        int length = (int) Math.min(slice.length, end - at);
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, at, slice, 0, length);
        file.append(slice, 0, length);
      }
      byte[] mark = mark(header, end, lastSequence);
      file.append(mark, RecordFormat.LEAD_BYTES, RecordFormat.HEADER_BYTES);
      file.sync();
    }
  }

  private static byte[] mark(SegmentFormat.Header header, long end, long lastSequence) {
    byte[] frame = new byte[RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES];
    long salt = RecordFormat.salt(header.database(), header.number());
    RecordFormat.putHeader(frame, RecordFormat.LEAD_BYTES, salt, 0, 0, 0, lastSequence, end);
    return frame;
  }
}
