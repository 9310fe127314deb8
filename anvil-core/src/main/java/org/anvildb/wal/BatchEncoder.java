package org.anvildb.wal;

import static org.anvildb.log.RecordFormat.HEADER_BYTES;
import static org.anvildb.log.RecordFormat.LEAD_BYTES;

import java.util.Arrays;
import org.anvildb.api.Limits;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;
import org.jspecify.annotations.Nullable;

/**
 * Collects the operations of a batch, laid out as they will stand in the log (see {@link
 * BatchFormat}). Not thread-safe; meant to be cleared and used again.
 *
 * <p>The buffer has room for the record's header before the operations and for a zero behind them,
 * so that {@link WalSegment#append} needs one copy for all. Everything that costs in proportion to
 * the batch, the copying and the checksum of the body, happens before the commit lock is taken.
 *
 * <p>An operation that is refused, also for lack of memory, leaves the batch as it was.
 */
public final class BatchEncoder {
  /** Where the operations start in the buffer. */
  private static final int BODY = LEAD_BYTES + HEADER_BYTES;

  /** The zero behind the operations that ends the log. */
  static final int TERMINATOR_BYTES = 8;

  private static final int FIRST_BUFFER_BYTES = 512;

  /**
   * A cleared buffer that is larger is not kept, so that one huge batch does not pin its memory.
   */
  private static final int KEPT_BUFFER_BYTES = 1 << 20;

  private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
  private int end = BODY;
  private int count;
  private long userBytes;
  private int checksum;
  private boolean hasChecksum;

  /** Stays when the batch is cleared: to store a reference costs a barrier, which waits. */
  private @Nullable WalSegment segment;

  private boolean isAppended;
  private long segmentEnd;
  private long sequence;

  /** Adds an operation that sets a key. */
  public void put(int keyspace, byte[] key, byte[] value) {
    int valueLength = value.length;
    if (valueLength > Limits.MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "value " + valueLength + " bytes > max " + Limits.MAX_VALUE_BYTES);
    }
    int at = add(BatchFormat.PUT, keyspace, key, valueLength);
    System.arraycopy(value, 0, buffer, at, valueLength);
  }

  /** Adds an operation that deletes a key. */
  public void delete(int keyspace, byte[] key) {
    add(BatchFormat.DELETE, keyspace, key, 0);
  }

  /** Returns the number of operations. */
  public int count() {
    return count;
  }

  /** Returns the length of the encoded operations, a multiple of 8. */
  public int bytes() {
    return end - BODY;
  }

  /** Returns the bytes of keys and values alone. */
  public long userBytes() {
    return userBytes;
  }

  /** Returns the CRC32C of the encoded operations; computed once, best outside of any lock. */
  public int bodyChecksum() {
    if (!hasChecksum) {
      checksum = Checksum.of(buffer, BODY, end - BODY);
      hasChecksum = true;
    }
    return checksum;
  }

  /** Returns the segment that the batch was appended to, or null if it was to none. */
  public @Nullable WalSegment segment() {
    return isAppended ? segment : null;
  }

  /** Returns the end of the batch in its segment. */
  public long segmentEnd() {
    return segmentEnd;
  }

  /** Returns the number that it got there. */
  public long sequence() {
    return sequence;
  }

  /** Notes where the batch was appended. */
  void appended(WalSegment to, long end, long number) {
    if (segment != to) {
      segment = to;
    }
    isAppended = true;
    segmentEnd = end;
    sequence = number;
  }

  /** Empties the batch. */
  public void clear() {
    if (buffer.length > KEPT_BUFFER_BYTES) {
      buffer = new byte[FIRST_BUFFER_BYTES];
    }
    end = BODY;
    count = 0;
    userBytes = 0;
    hasChecksum = false;
    isAppended = false;
  }

  /**
   * Completes the record and returns the index of its header in {@link #buffer()}; {@link
   * RecordFormat#recordBytes} and a zero of {@link #TERMINATOR_BYTES} stand there.
   */
  int frame(long salt, long sequence, long syncedUpTo) {
    Bytes.putLong(buffer, end, 0);
    RecordFormat.putHeader(
        buffer, LEAD_BYTES, salt, end - BODY, bodyChecksum(), count, sequence, syncedUpTo);
    return LEAD_BYTES;
  }

  /** Returns the array that holds the batch, not to be changed. */
  public byte[] buffer() {
    return buffer;
  }

  /** Returns the index of the first operation in {@link #buffer()}. */
  public int firstOperation() {
    return BODY;
  }

  /** Adds all but the value; returns the index where it goes. */
  private int add(byte kind, int keyspace, byte[] key, int valueLength) {
    int keyLength = key.length;
    if (keyLength > Limits.MAX_KEY_BYTES) {
      throw new IllegalArgumentException(
          "key " + keyLength + " bytes > max " + Limits.MAX_KEY_BYTES);
    }
    int at = end;
    int bytes = (int) BatchFormat.operationBytes(keyLength, valueLength);
    ensureRoom(bytes);
    byte[] target = buffer;
    Bytes.putLong(target, at + bytes - 8, 0);
    Bytes.putInt(target, at, kind | keyLength << (8 * BatchFormat.KEY_LENGTH));
    Bytes.putInt(target, at + BatchFormat.VALUE_LENGTH, valueLength);
    Bytes.putInt(target, at + BatchFormat.KEYSPACE, keyspace);
    System.arraycopy(key, 0, target, at + BatchFormat.HEADER_BYTES, keyLength);
    end = at + bytes;
    count++;
    userBytes += keyLength + valueLength;
    hasChecksum = false;
    return at + BatchFormat.HEADER_BYTES + keyLength;
  }

  private void ensureRoom(int bytes) {
    long needed = (long) end + bytes + TERMINATOR_BYTES;
    if (needed > buffer.length) {
      grow(bytes, needed);
    }
  }

  private void grow(int bytes, long needed) {
    long batch = (long) end - BODY + bytes;
    if (batch > Limits.MAX_BATCH_BYTES) {
      throw new IllegalArgumentException(
          "batch " + batch + " bytes > max " + Limits.MAX_BATCH_BYTES);
    }
    long most = (long) BODY + Limits.MAX_BATCH_BYTES + TERMINATOR_BYTES;
    long wanted = Math.min(most, Math.max(needed, 2L * buffer.length));
    buffer = Arrays.copyOf(buffer, (int) wanted);
  }
}
