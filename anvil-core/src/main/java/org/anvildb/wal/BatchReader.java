package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import org.anvildb.api.Limits;
import org.anvildb.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** Checks that the operations of a batch that was read lie within its bytes. */
public final class BatchReader {
  private BatchReader() {}

  /**
   * Returns what is wrong with a batch, or null if each of its operations can be used without
   * further checks.
   *
   * @param log the segment
   * @param from where the batch starts
   * @param length its length
   * @param count the number of operations that it must hold
   */
  public static @Nullable String problem(MemorySegment log, long from, int length, int count) {
    long at = from;
    long end = from + length;
    for (int i = 0; i < count; i++) {
      if (end - at < BatchFormat.HEADER_BYTES) {
        return "operation " + i + " of " + count + " is cut off";
      }
      long head = log.get(Bytes.LE_LONG, at);
      int keyLength = (int) (head >>> 8 * BatchFormat.KEY_LENGTH) & 0xffff;
      int valueLength = (int) (head >>> 8 * BatchFormat.VALUE_LENGTH);
      String problem = problem((int) head & 0xffff, valueLength);
      if (problem == null) {
        problem = problem(log, at, end, (long) BatchFormat.HEADER_BYTES + keyLength + valueLength);
      }
      if (problem != null) {
        return "operation " + i + " of " + count + " " + problem;
      }
      at += BatchFormat.operationBytes(keyLength, valueLength);
    }
    return at == end ? null : (end - at) + " bytes follow the last of " + count + " operations";
  }

  /** Checks the kind, with the reserved byte above it, and the length of the value. */
  private static @Nullable String problem(int kind, int valueLength) {
    if (kind >> 8 != 0) {
      return "has a reserved byte that is not zero";
    }
    if (kind != BatchFormat.PUT && kind != BatchFormat.DELETE) {
      return "is of the unknown kind " + (byte) kind;
    }
    if (valueLength < 0 || valueLength > Limits.MAX_VALUE_BYTES) {
      return "has a value of " + valueLength + " bytes";
    }
    if (kind == BatchFormat.DELETE && valueLength != 0) {
      return "deletes, but has a value";
    }
    return null;
  }

  /** Checks the keyspace, the place and the padding of an operation that uses some bytes. */
  private static @Nullable String problem(MemorySegment log, long at, long end, long used) {
    if (log.get(Bytes.LE_INT, at + BatchFormat.KEYSPACE) < 0) {
      return "has a negative keyspace id";
    }
    long padded = BatchFormat.align(used);
    if (padded > end - at) {
      return "reaches beyond the batch";
    }
    long unused = padded - used;
    if (unused > 0 && log.get(Bytes.LE_LONG, at + padded - Long.BYTES) >>> 8 * (8 - unused) != 0) {
      return "has padding that is not zero";
    }
    return null;
  }
}
