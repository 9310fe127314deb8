package org.anvildb.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.anvildb.wal.BatchFormat;

/**
 * The newest few operations of a memtable, which enter its {@link PointIndex} together: the slot of
 * each lies somewhere in megabytes, and waiting for {@value #CAPACITY} at once takes little longer
 * than waiting for one.
 *
 * <p>One writer, any number of readers without locks. Readers look here first and then into the
 * index, the writer goes the other way: the operations enter the index before they leave. It fills
 * the places and empties them in ascending order, and readers look in descending order, at the
 * newest first. So who finds the place of a key's newest operation left finds those of the older
 * ones left, too, and the newest in the index.
 *
 * <pre>
 *   0      1      2      3      4      5      6      7
 *   +------+------+------+------+------+------+------+------+
 *   | put a| del b| put b| put c|      |      |      |      |     older ones: in the point index
 *   +------+------+------+------+------+------+------+------+
 *    writer fills -->                          <-- readers look
 * </pre>
 */
final class PendingPoints {
  static final int CAPACITY = 8;

  private static final long HASH = 0xffff_ffffL << 32;
  private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(long[].class);

  /** The high half of the hash, and the operation's offset divided by 8, plus 1; 0 is none. */
  private final long[] entries = new long[CAPACITY];

  // The writer's own.
  private final long[] hashes = new long[CAPACITY];
  private final long[] operations = new long[CAPACITY];
  private final long[] replaced = new long[CAPACITY];
  private int count;

  /** Returns the newest operation here on a key, or -1. */
  long find(OperationReader reader, int keyspace, byte[] key, int length, long hash) {
    for (int i = CAPACITY - 1; i >= 0; i--) {
      long entry = (long) ENTRY.getAcquire(entries, i);
      if (((entry ^ hash) & HASH) == 0 && (int) entry != 0) {
        long operation = operation(entry);
        if (reader.matches(operation, keyspace, key, length)) {
          return operation;
        }
      }
    }
    return -1;
  }

  /** Writer: adds an operation, if there is room, and the key's operation before it, or -1. */
  void add(long hash, long operation, long previous) {
    int at = count;
    hashes[at] = hash;
    operations[at] = operation;
    replaced[at] = previous;
    count = at + 1;
    ENTRY.setRelease(entries, at, hash & HASH | operation / BatchFormat.ALIGNMENT + 1);
  }

  /** Writer: tells whether there is no room. */
  boolean isFull() {
    return count == CAPACITY;
  }

  int count() {
    return count;
  }

  long hash(int at) {
    return hashes[at];
  }

  long operation(int at) {
    return operations[at];
  }

  /** Returns the operation that one takes the place of, or -1. */
  long replaced(int at) {
    return replaced[at];
  }

  /** Writer: forgets all, now that they are in the index. */
  void clear() {
    for (int i = 0; i < count; i++) {
      ENTRY.setRelease(entries, i, 0L);
    }
    count = 0;
  }

  private static long operation(long entry) {
    return ((entry & ~HASH) - 1) * BatchFormat.ALIGNMENT;
  }
}
