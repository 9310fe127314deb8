package org.anvildb.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of a log file in order, each verified as a whole, and tells at the end how the
 * file ends. Marks are verified too, but not handed out. Not thread-safe.
 *
 * <p>Nothing that the bytes say is trusted: offsets and lengths are checked against the file before
 * use, and nothing is allocated by them. Sequence numbers must follow each other without a gap.
 */
public final class RecordReader {
  private static final int WINDOW_BYTES = 64 << 10;

  private final MemorySegment memory;
  private final long salt;
  private final long limit;

  /** Bytes of the file, behind the free ones that the check of a header needs before it. */
  private final byte[] window;

  private long windowStart;
  private int windowBytes;
  private long end;
  private long nextSequence;
  private long offset;
  private int length;
  private int count;
  private int bodyChecksum;
  private int mustBeZero;
  private long readSequence;
  private long syncedUpTo;
  private long badRecordEnd;
  private @Nullable String bad;
  private boolean isZero;
  private boolean isContradiction;

  /**
   * Makes a reader of the file from an offset on.
   *
   * @param memory the file
   * @param salt its salt, see {@link RecordFormat#salt}
   * @param from the first record, 8-aligned
   * @param limit where the records end if that is known, else the file's size or more
   * @param firstSequence the sequence number of the first record
   */
  public RecordReader(MemorySegment memory, long salt, long from, long limit, long firstSequence) {
    this.memory = memory;
    this.salt = salt;
    this.limit = Math.min(limit, memory.byteSize());
    this.end = from;
    this.nextSequence = firstSequence;
    long most = Math.clamp(this.limit - from, 0, WINDOW_BYTES);
    this.window = new byte[RecordFormat.LEAD_BYTES + (int) most];
  }

  /** Goes to the next record; returns false at the end, whatever it is: see {@link #tail()}. */
  public boolean next() {
    while (bad == null) {
      if (!readHeader() || !isConsistent()) {
        return false;
      }
      if (count > 0 && !isBodyGood()) {
        return false;
      }
      offset = end;
      end += RecordFormat.recordBytes(length);
      if (count > 0) {
        nextSequence++;
        return true;
      }
    }
    return false;
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
    return nextSequence - 1;
  }

  /** Returns the sequence number that the next record must have. */
  public long nextSequence() {
    return nextSequence;
  }

  /** Returns how much of the file was known to be on disk when the record was written, in bytes. */
  public long syncedUpTo() {
    return syncedUpTo;
  }

  /** Returns the offset behind the last good record so far. */
  public long end() {
    return end;
  }

  /**
   * Tells how the file ends, after {@link #next()} returned false. Looks through the rest of the
   * file for evidence.
   */
  public LogTail tail() {
    if (bad == null) {
      throw new IllegalStateException("there may be more records");
    }
    if (isContradiction) {
      return new LogTail.Corrupt(end, bad);
    }
    if (end >= limit) {
      return new LogTail.Clean(end);
    }
    long mostRecords = (limit - end) / RecordFormat.HEADER_BYTES;
    RecordScanner.Found later =
        RecordScanner.scan(
            memory,
            salt,
            end + RecordFormat.ALIGNMENT,
            limit,
            Math.max(1, nextSequence - 1),
            nextSequence + mostRecords);
    if (later.syncedUpTo() > end) {
      return new LogTail.Corrupt(
          end,
          bad + ", though a later record tells that it was synced up to " + later.syncedUpTo());
    }
    if (isZero && later.records() == 0) {
      return new LogTail.Clean(end);
    }
    return new LogTail.Torn(end, Math.max(badRecordEnd, later.end()) - end, bad);
  }

  private boolean readHeader() {
    badRecordEnd = end;
    long left = limit - end;
    if (left < RecordFormat.HEADER_BYTES) {
      isZero = isZero(end, Math.min(left, RecordFormat.ALIGNMENT));
      return stop("the header is cut off");
    }
    if (memory.get(Bytes.LE_LONG, end) == 0) {
      isZero = true;
      return stop("there is no record");
    }
    int header = load(end, RecordFormat.HEADER_BYTES);
    if (!RecordFormat.verifies(window, header, salt)) {
      return stop("the checksum of the record's header does not match");
    }
    length = Bytes.getInt(window, header + RecordFormat.LENGTH);
    bodyChecksum = Bytes.getInt(window, header + RecordFormat.BODY_CRC);
    count = Bytes.getInt(window, header + RecordFormat.COUNT);
    readSequence = Bytes.getLong(window, header + RecordFormat.SEQUENCE);
    mustBeZero = Bytes.getInt(window, header + RecordFormat.ZERO);
    long synced = Bytes.getInt(window, header + RecordFormat.SYNCED);
    syncedUpTo = (synced & 0xffff_ffffL) << RecordFormat.SYNCED_SHIFT;
    return true;
  }

  /** Checks what a header that verifies can only get wrong if its writer did. */
  private boolean isConsistent() {
    long sequence = readSequence;
    long expected = count == 0 ? nextSequence - 1 : nextSequence;
    if (sequence < expected) {
      // A crash can leave an earlier sector of the same file in the place of one that was lost.
      return stop("an older record with sequence number " + sequence + " stands here");
    }
    if (sequence != expected) {
      return contradict("sequence number " + sequence + " where " + expected + " must follow");
    }
    if (count < 0 || length < 0 || length > RecordFormat.MAX_BODY_BYTES) {
      return contradict("impossible count " + count + " or length " + length);
    }
    if ((count == 0) != (length == 0)) {
      return contradict("a body of " + length + " bytes for " + count + " operations");
    }
    if (syncedUpTo > end) {
      return contradict("the record says that the log was synced beyond it");
    }
    if (mustBeZero != 0) {
      return contradict("bytes of the header that must be zero are not");
    }
    return true;
  }

  private boolean isBodyGood() {
    long body = end + RecordFormat.HEADER_BYTES;
    badRecordEnd = Math.min(end + RecordFormat.recordBytes(length), limit);
    if (length > limit - body || RecordFormat.recordBytes(length) > limit - end) {
      return stop("the record is cut off");
    }
    if (checksumOfBody() != bodyChecksum) {
      return stop("the checksum of the record's body does not match");
    }
    if (!isZero(body + length, RecordFormat.align(length) - length)) {
      return stop("the padding of the record is not zero");
    }
    return true;
  }

  private int checksumOfBody() {
    long bytes = RecordFormat.recordBytes(length);
    return bytes <= window.length - RecordFormat.LEAD_BYTES
        ? Checksum.of(window, load(end, (int) bytes) + RecordFormat.HEADER_BYTES, length)
        : Checksum.of(memory, end + RecordFormat.HEADER_BYTES, length);
  }

  /**
   * Returns where a range of the file stands in the window, which is moved if need be.
   *
   * <p>Records are read from an array, many with one copy: replaying a log is the first that a
   * process does, and until the code is compiled each access to a segment costs far more than one
   * to an array. Seen ({@code reopen-killed}, a segment of 16 MiB in a new process): 455 ms with a
   * copy of each header and body, 270 to 380 ms so.
   */
  private int load(long from, int bytes) {
    if (from < windowStart || from + bytes > windowStart + windowBytes) {
      windowStart = from;
      windowBytes = (int) Math.min(window.length - RecordFormat.LEAD_BYTES, limit - from);
      MemorySegment.copy(
          memory, ValueLayout.JAVA_BYTE, from, window, RecordFormat.LEAD_BYTES, windowBytes);
    }
    return RecordFormat.LEAD_BYTES + (int) (from - windowStart);
  }

  private boolean isZero(long from, long bytes) {
    for (long i = from; i < from + bytes; i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, i) != 0) {
        return false;
      }
    }
    return true;
  }

  private boolean stop(String reason) {
    bad = reason;
    return false;
  }

  private boolean contradict(String reason) {
    isContradiction = true;
    return stop(reason);
  }
}
