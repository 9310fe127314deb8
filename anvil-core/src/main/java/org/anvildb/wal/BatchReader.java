package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Limits;
import org.anvildb.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/** Checks that the operations of a batch that was read lie within its bytes. No state. */
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

  /** Returns the highest id of a keyspace in a batch that has no problem. */
  public static int highestKeyspace(MemorySegment log, long from, int count) {
    int highest = 0;
    long at = from;
    for (int i = 0; i < count; i++) {
      highest = Math.max(highest, BatchFormat.keyspace(log, at));
      at = BatchFormat.next(log, at);
    }
    return highest;
  }

  /**
   * Makes the exception for entries of a keyspace that was never created. A keyspace is in a synced
   * manifest before anything is written to it, so the manifest must have lost what it had.
   *
   * @param segment the number of the segment that has the entries
   * @param offset where in it, or -1
   * @param keyspace the keyspace's id
   */
  public static CorruptionException neverCreated(long segment, long offset, int keyspace) {
    return new CorruptionException(
        SegmentFormat.name(segment),
        offset,
        "there are entries of keyspace "
            + keyspace
            + ", which the manifest never created: the MANIFEST was cut short or is an older one;"
            + " put the right one back, restore a backup or repair");
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
