package org.anvildb.log;

import org.anvildb.api.PoisonedException;
import org.anvildb.bytes.Checksum;
import org.anvildb.storage.AppendFile;
import org.jspecify.annotations.Nullable;

/**
 * Appends records to a file that grows: the manifest. Not thread-safe.
 *
 * <p>After a failed append or sync, what the file holds is unknown, so nothing is appended to it
 * any more: each later call fails with the first failure as its cause.
 */
public final class RecordWriter implements AutoCloseable {
  private static final int KEPT_FRAME_BYTES = 64 << 10;

  private final AppendFile file;
  private final long salt;
  private byte[] frame = new byte[1 << 10];
  private long nextSequence;
  private long synced;
  private @Nullable Throwable failure;

  /**
   * Makes a writer that goes on at the end of the file, which must be 8-aligned.
   *
   * @param file where the records go; the writer closes it
   * @param salt its salt, see {@link RecordFormat#salt}
   * @param firstSequence the number of the first record
   */
  public RecordWriter(AppendFile file, long salt, long firstSequence) {
    if (file.length() % RecordFormat.ALIGNMENT != 0) {
      throw new IllegalArgumentException("records start at multiples of 8");
    }
    this.file = file;
    this.salt = salt;
    this.nextSequence = firstSequence;
  }

  /**
   * Appends a record.
   *
   * @param body an array that holds its body
   * @param offset where the body starts
   * @param length its length, at least 1
   * @param count the number of operations in it, at least 1
   * @return its sequence number
   */
  public long append(byte[] body, int offset, int length, int count) {
    if (count < 1 || length < 1 || length > RecordFormat.MAX_BODY_BYTES) {
      throw new IllegalArgumentException(
          "a record needs an operation, and 1 to " + RecordFormat.MAX_BODY_BYTES + " bytes");
    }
    write(body, offset, length, count, nextSequence);
    return nextSequence++;
  }

  /** Appends a mark: makes known to a later reader what was synced so far. */
  public void appendMark() {
    write(frame, 0, 0, 0, nextSequence - 1);
  }

  /** Makes all records so far durable. */
  public void sync() {
    ensureGood();
    try {
      file.sync();
    } catch (Throwable t) {
      failure = t;
      throw t;
    }
    synced = file.length();
  }

  /** Returns the number that the next record gets. */
  public long nextSequence() {
    return nextSequence;
  }

  /** Returns the file's length so far. */
  public long length() {
    return file.length();
  }

  @Override
  public void close() {
    file.close();
  }

  private void write(byte[] body, int offset, int length, int count, long sequence) {
    ensureGood();
    int start = RecordFormat.LEAD_BYTES;
    int bytes = (int) RecordFormat.recordBytes(length);
    byte[] target = room(start + bytes);
    System.arraycopy(body, offset, target, start + RecordFormat.HEADER_BYTES, length);
    for (int i = start + RecordFormat.HEADER_BYTES + length; i < start + bytes; i++) {
      target[i] = 0;
    }
    int crc = Checksum.of(body, offset, length);
    RecordFormat.putHeader(target, start, salt, length, crc, count, sequence, synced);
    try {
      file.append(target, start, bytes);
    } catch (Throwable t) {
      failure = t;
      throw t;
    }
  }

  private byte[] room(int bytes) {
    if (bytes <= frame.length) {
      return frame;
    }
    byte[] larger = new byte[Math.max(bytes, Math.min(2 * frame.length, KEPT_FRAME_BYTES))];
    if (larger.length <= KEPT_FRAME_BYTES) {
      frame = larger;
    }
    return larger;
  }

  private void ensureGood() {
    if (failure != null) {
      throw new PoisonedException(
          file.name() + ": an earlier write or sync failed; close and reopen to recover", failure);
    }
  }
}
