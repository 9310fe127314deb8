package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
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
      String problem = problem(log, at, end);
      if (problem != null) {
        return "operation " + i + " of " + count + " " + problem;
      }
      at = BatchFormat.next(log, at);
    }
    return at == end ? null : (end - at) + " bytes follow the last of " + count + " operations";
  }

  private static @Nullable String problem(MemorySegment log, long at, long end) {
    byte kind = BatchFormat.kind(log, at);
    int keyLength = BatchFormat.keyLength(log, at);
    int valueLength = BatchFormat.valueLength(log, at);
    if (kind != BatchFormat.PUT && kind != BatchFormat.DELETE) {
      return "is of the unknown kind " + kind;
    }
    if (log.get(ValueLayout.JAVA_BYTE, at + 1) != 0) {
      return "has a reserved byte that is not zero";
    }
    if (valueLength < 0 || valueLength > Limits.MAX_VALUE_BYTES) {
      return "has a value of " + valueLength + " bytes";
    }
    if (kind == BatchFormat.DELETE && valueLength != 0) {
      return "deletes, but has a value";
    }
    if (log.get(Bytes.LE_INT, at + BatchFormat.KEYSPACE) < 0) {
      return "has a negative keyspace id";
    }
    long used = (long) BatchFormat.HEADER_BYTES + keyLength + valueLength;
    if (BatchFormat.operationBytes(keyLength, valueLength) > end - at) {
      return "reaches beyond the batch";
    }
    for (long i = at + used; i < at + BatchFormat.align(used); i++) {
      if (log.get(ValueLayout.JAVA_BYTE, i) != 0) {
        return "has padding that is not zero";
      }
    }
    return null;
  }
}
