package org.anvildb.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;

/**
 * Finds every record of a damaged log file that verifies as a whole, in the order of the file, and
 * tells what lies between them. Not thread-safe.
 *
 * <p>Unlike {@link RecordReader} it asks neither for the sequence numbers to follow each other nor
 * for a sound record before the next: a header may start at each 8 bytes, and verifies with the
 * salt of this very file, so neither the bytes of a value nor those of the file's former life are
 * taken for one. Nothing is allocated by what the bytes say.
 */
public final class RecordSalvage {
  private final MemorySegment memory;
  private final long salt;
  private final long limit;
  private final byte[] header = new byte[RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES];

  private long at;
  private long offset;
  private int length;
  private int count;
  private long sequence;
  private long gapStart;
  private long gapBytes;
  private long synced;

  /** Where the last mark ends, or -1. */
  private long markEnd = -1;

  /** How many bytes of the gap a later mark says to have been on disk. */
  private long provenBytes;

  /**
   * Makes a search.
   *
   * @param memory the file
   * @param salt its salt, see {@link RecordFormat#salt}
   * @param from where the first record may start, 8-aligned
   * @param limit where the records end if that is known, else the file's size or more
   */
  public RecordSalvage(MemorySegment memory, long salt, long from, long limit) {
    this.memory = memory;
    this.salt = salt;
    this.limit = Math.min(limit, memory.byteSize());
    this.at = from;
  }

  /** Goes to the next record with operations; returns false if there are no more. */
  public boolean next() {
    gapStart = -1;
    provenBytes = 0;
    while (at <= limit - RecordFormat.HEADER_BYTES) {
      if (memory.get(Bytes.LE_LONG, at) != 0 && isRecord()) {
        gapBytes = gapStart < 0 ? 0 : at - gapStart;
        offset = at;
        at += RecordFormat.recordBytes(length);
        if (count > 0) {
          return true;
        }
        markEnd = at;
        if (gapBytes > 0 && synced > gapStart) {
          provenBytes = gapBytes;
        }
        gapStart = gapBytes > 0 ? gapStart : -1;
      } else {
        gapStart = gapStart < 0 ? at : gapStart;
        at += RecordFormat.ALIGNMENT;
      }
    }
    if (gapStart < 0 && at < limit) {
      gapStart = at;
    }
    gapBytes = gapStart < 0 ? 0 : limit - gapStart;
    return false;
  }

  /** Returns where the bytes start that precede the record, or the end, and verify not; or -1. */
  public long gapStart() {
    return gapBytes > 0 ? gapStart : -1;
  }

  /** Returns how many bytes these are. */
  public long gapBytes() {
    return gapBytes;
  }

  /**
   * Tells whether a gap at the end of the file is no more than the end of the log: the long of zero
   * that is written behind the last record, and no mark behind it that tells of more.
   */
  public boolean isEndOfLog() {
    return provenBytes == 0
        && (gapStart < 0
            || limit - gapStart < RecordFormat.ALIGNMENT
            || memory.get(Bytes.LE_LONG, gapStart) == 0);
  }

  /**
   * Tells, at the end, whether the file stops right behind a record with operations, or before any:
   * neither the long of zero that ends a log is there, nor a mark.
   */
  public boolean isOpenEnded() {
    long end = gapStart < 0 ? limit : gapStart;
    return limit - end < RecordFormat.ALIGNMENT && end != markEnd;
  }

  /**
   * Returns how much is known to be lost in the gap at the end: up to the mark that tells of it, or
   * the record that starts there, if its header verifies; else 0.
   */
  public long brokenRecordBytes() {
    if (provenBytes > 0) {
      return provenBytes;
    }
    boolean isHeader =
        gapStart >= 0 && gapStart <= limit - RecordFormat.HEADER_BYTES && readHeader(gapStart);
    return isHeader && length >= 0
        ? Math.min(RecordFormat.recordBytes(length), limit - gapStart)
        : 0;
  }

  /** Returns where the record starts. */
  public long offset() {
    return offset;
  }

  /** Returns where the record's body starts. */
  public long body() {
    return offset + RecordFormat.HEADER_BYTES;
  }

  /** Returns the length of the body. */
  public int length() {
    return length;
  }

  /** Returns the number of operations, at least 1. */
  public int count() {
    return count;
  }

  /** Returns the record's sequence number. */
  public long sequence() {
    return sequence;
  }

  private boolean readHeader(long from) {
    RecordFormat.copyHeader(memory, from, header);
    if (!RecordFormat.verifies(header, RecordFormat.LEAD_BYTES, salt)) {
      return false;
    }
    length = Bytes.getInt(header, RecordFormat.LEAD_BYTES + RecordFormat.LENGTH);
    count = Bytes.getInt(header, RecordFormat.LEAD_BYTES + RecordFormat.COUNT);
    sequence = Bytes.getLong(header, RecordFormat.LEAD_BYTES + RecordFormat.SEQUENCE);
    int units = Bytes.getInt(header, RecordFormat.LEAD_BYTES + RecordFormat.SYNCED);
    synced = Integer.toUnsignedLong(units) << RecordFormat.SYNCED_SHIFT;
    return true;
  }

  private boolean isRecord() {
    if (!readHeader(at)) {
      return false;
    }
    boolean isPossible =
        length >= 0
            && length <= RecordFormat.MAX_BODY_BYTES
            && count >= 0
            && (count == 0) == (length == 0)
            && sequence >= 0
            && RecordFormat.recordBytes(length) <= limit - at;
    if (!isPossible || count == 0) {
      return isPossible;
    }
    long body = at + RecordFormat.HEADER_BYTES;
    int expected = Bytes.getInt(header, RecordFormat.LEAD_BYTES + RecordFormat.BODY_CRC);
    return Checksum.of(memory, body, length) == expected && isPadded(body);
  }

  private boolean isPadded(long body) {
    for (long i = body + length; i < at + RecordFormat.recordBytes(length); i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, i) != 0) {
        return false;
      }
    }
    return true;
  }
}
