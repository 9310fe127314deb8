package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.bytes.Bytes;

/**
 * The layout of an operation in a batch: in the heap buffer of a batch, in the log, and thereby in
 * the memtable, whose entries point here.
 *
 * <pre>
 *  0      1      2             4                    8                   12         12+k      12+k+v
 *  +------+------+-------------+--------------------+-------------------+----------+---------+------+
 *  | kind | zero | key length k|  value length v    |  keyspace id      | key      | value   | pad  |
 *  +------+------+-------------+--------------------+-------------------+----------+---------+------+
 * </pre>
 *
 * Operations follow each other, each padded with zeros to a multiple of 8 bytes. Offsets below are
 * in bytes, from the start of the segment that is given.
 */
public final class BatchFormat {
  /** Sets a key. */
  public static final byte PUT = 1;

  /** Deletes a key; the value is empty. */
  public static final byte DELETE = 2;

  /** What precedes the key. */
  public static final int HEADER_BYTES = 12;

  /** Operations and records start at multiples of this. */
  public static final int ALIGNMENT = 8;

  static final int KEY_LENGTH = 2;
  static final int VALUE_LENGTH = 4;
  static final int KEYSPACE = 8;

  private BatchFormat() {}

  /** Returns the space that an operation takes. */
  public static long operationBytes(int keyLength, int valueLength) {
    return align((long) HEADER_BYTES + keyLength + valueLength);
  }

  /** Rounds up to a multiple of {@link #ALIGNMENT}. */
  public static long align(long bytes) {
    return (bytes + (ALIGNMENT - 1)) & -ALIGNMENT;
  }

  /** Returns {@link #PUT} or {@link #DELETE}. */
  public static byte kind(MemorySegment log, long operation) {
    return log.get(ValueLayout.JAVA_BYTE, operation);
  }

  /** Returns the length of the key. */
  public static int keyLength(MemorySegment log, long operation) {
    return log.get(Bytes.LE_SHORT, operation + KEY_LENGTH) & 0xffff;
  }

  /** Returns the length of the value. */
  public static int valueLength(MemorySegment log, long operation) {
    return (int) Bytes.unsignedInt(log, operation + VALUE_LENGTH);
  }

  /** Returns the id of the keyspace. */
  public static int keyspace(MemorySegment log, long operation) {
    return (int) Bytes.unsignedInt(log, operation + KEYSPACE);
  }

  /** As {@link #kind(MemorySegment, long)}, of an operation in a batch on the heap. */
  public static byte kind(byte[] batch, int operation) {
    return batch[operation];
  }

  /** As {@link #keyLength(MemorySegment, long)}, of an operation in a batch on the heap. */
  public static int keyLength(byte[] batch, int operation) {
    return Bytes.getInt(batch, operation) >>> (8 * KEY_LENGTH);
  }

  /** As {@link #valueLength(MemorySegment, long)}, of an operation in a batch on the heap. */
  public static int valueLength(byte[] batch, int operation) {
    return Bytes.getInt(batch, operation + VALUE_LENGTH);
  }

  /** As {@link #keyspace(MemorySegment, long)}, of an operation in a batch on the heap. */
  public static int keyspace(byte[] batch, int operation) {
    return Bytes.getInt(batch, operation + KEYSPACE);
  }

  /** Returns where the key starts. */
  public static long keyOffset(long operation) {
    return operation + HEADER_BYTES;
  }

  /** Returns where the next operation starts. */
  public static long next(MemorySegment log, long operation) {
    return operation + operationBytes(keyLength(log, operation), valueLength(log, operation));
  }
}
