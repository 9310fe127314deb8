package org.anvildb.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongConsumer;
import org.anvildb.bytes.KeyHash;
import org.anvildb.bytes.LateFault;
import org.anvildb.wal.BatchFormat;
import org.jspecify.annotations.Nullable;

/**
 * The point index of a memtable: an open-addressed hash from keyspace and key to the key's newest
 * operation.
 *
 * <p>A slot is an int: the operation's offset divided by 8, plus 1, in the low bits that the size
 * of the log asks for, and bits of the hash, the tag, in the rest; 0 is empty. So an absent key
 * costs one or two cache lines and rarely a look at the log.
 *
 * <p>The index is cut into many small tables, each of which grows on its own: no insert has to move
 * more than the few thousand entries that {@value #LOG_BYTES_PER_TABLE} bytes of log can hold. A
 * table grows to the size that it will need if the rest of the log fills up like its start.
 *
 * <p>Operations enter the tables in groups, so that the waits for their slots overlap; before that
 * they are in {@link PendingPoints}. The writer knows from the key's tree which operation a new one
 * replaces, so that it looks for that slot's number and leaves the log alone.
 *
 * <p>One writer, any number of readers without locks. A reader sees at least what was published
 * before it got its limit; what it sees beyond that, the limit tells.
 */
final class PointIndex {
  private static final int LOG_BYTES_PER_TABLE = 64 << 10;
  private static final int MAX_TABLES = 1 << 16;
  private static final int MIN_SLOTS = 16;
  private static final int MAX_FIRST_SLOTS = 1024;
  private static final int MAX_GROWTH = 8;
  private static final int MAX_TAG_BITS = 15;

  /** Slots for each entry that is expected: above what the fullest of the tables needs. */
  private static final double SPACE = 1.5;

  private static final long KEYSPACE_MIX = 0x9E37_79B9_7F4A_7C15L;
  private static final VarHandle TABLE = MethodHandles.arrayElementVarHandle(int[][].class);
  private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(int[].class);

  private final OperationReader operations;
  private final long seed;
  private final int offsetBits;
  private final int offsetMask;
  private final int tagMask;
  private final int tableShift;
  private final int[] @Nullable [] tables;

  /**
   * The tables' lengths: from here a slot's place is known without a wait for the table's header.
   * The wrong length of a table that is just growing is noticed and costs that wait.
   */
  private final int[] sizes;

  /** Looked at before the tables; holds what is not in them yet. */
  private final PendingPoints pending = new PendingPoints();

  // The writer's own.
  private final int[] counts;
  private long count;
  private long slots;
  private long begin = -1;
  private byte[] movedKey = new byte[64];

  PointIndex(OperationReader operations, long seed) {
    this.operations = operations;
    this.seed = seed;
    long logBytes = operations.logBytes();
    this.offsetBits = Long.SIZE - Long.numberOfLeadingZeros(logBytes / BatchFormat.ALIGNMENT);
    this.offsetMask = (int) ((1L << offsetBits) - 1);
    this.tagMask = (1 << Math.min(MAX_TAG_BITS, Integer.SIZE - offsetBits)) - 1;
    long wanted = Math.min(MAX_TABLES, logBytes / LOG_BYTES_PER_TABLE);
    int tableBits = Long.SIZE - Long.numberOfLeadingZeros(Math.max(1, wanted) - 1);
    this.tableShift = Long.SIZE - 1 - tableBits;
    this.tables = new int[1 << tableBits][];
    this.sizes = new int[1 << tableBits];
    this.counts = new int[1 << tableBits];
  }

  /** Returns the newest operation on a key, or -1. */
  long find(int keyspace, byte[] key, int length, long keyHash) {
    long hash = mix(keyHash, keyspace);
    int index = tableOf(hash);
    int size = sizes[index];
    long newest = pending.find(operations, keyspace, key, length, hash);
    if (newest >= 0) {
      return newest;
    }
    int[] table = (int[]) TABLE.getAcquire(tables, index);
    if (table == null) {
      return -1;
    }
    if (table.length != size) {
      size = table.length;
    }
    int tag = tag(hash);
    int at = home(hash, size);
    while (true) {
      int slot = table[at];
      if (slot == 0) {
        return -1;
      }
      if (hasTag(slot, tag)) {
        long operation = operation((int) SLOT.getAcquire(table, at));
        if (operations.matches(operation, keyspace, key, length)) {
          return operation;
        }
      }
      at = at + 1 == table.length ? 0 : at + 1;
    }
  }

  /** Writer: returns the hash for {@link #touch} and {@link #put}. */
  long hash(int keyspace, byte[] key, int length) {
    return mix(KeyHash.hash(key, length, seed), keyspace);
  }

  /**
   * Writer: if the next {@link #put} will have to wait for memory, asks for all of it; see {@link
   * Leaf#touch}.
   */
  int touch() {
    int any = 0;
    if (pending.isFull()) {
      for (int i = 0; i < PendingPoints.CAPACITY; i++) {
        long hash = pending.hash(i);
        int index = tableOf(hash);
        int[] table = tables[index];
        any ^= table == null ? 0 : table[home(hash, sizes[index])];
      }
    }
    return any;
  }

  /** Writer: notes a key's newest operation, and the one before it, or -1. */
  void put(long hash, long operation, long previous) {
    if (pending.isFull()) {
      if (begin < 0) {
        begin = pending.operation(0);
      }
      for (int i = 0; i < PendingPoints.CAPACITY; i++) {
        enter(pending.hash(i), pending.operation(i), pending.replaced(i));
      }
      pending.clear();
    }
    pending.add(hash, operation, previous);
  }

  /**
   * Puts an operation in place of another, which names it without a look at the log, or of none.
   */
  private void enter(long hash, long operation, long previous) {
    int index = tableOf(hash);
    int[] table = roomyTable(index);
    int tag = tag(hash);
    int replaced = previous < 0 ? 0 : slot(tag, previous);
    int at = home(hash, table.length);
    while (table[at] != replaced && table[at] != 0) {
      at = at + 1 == table.length ? 0 : at + 1;
    }
    if (table[at] == 0) {
      counts[index]++;
      count++;
    }
    SLOT.setRelease(table, at, slot(tag, operation));
  }

  /** Once nobody writes any more: shows a sink about some number of the operations. */
  void sample(int wanted, LongConsumer sink) {
    for (int i = 0; i < pending.count(); i++) {
      sink.accept(pending.operation(i));
    }
    long step = Math.max(1, count / wanted);
    long skipped = 0;
    for (int[] table : tables) {
      for (int i = 0; table != null && i < table.length; i++) {
        if (table[i] != 0 && ++skipped == step) {
          skipped = 0;
          sink.accept(operation(table[i]));
        }
      }
    }
  }

  long heapBytes() {
    return 2 * 16 + tables.length * (4L + 4 + 4 + 16) + slots * Integer.BYTES;
  }

  private static long mix(long keyHash, int keyspace) {
    return keyHash + keyspace * KEYSPACE_MIX;
  }

  /** From the hash's top bits; {@code tableShift} is one short so that it may be for no bits. */
  private int tableOf(long hash) {
    return (int) (hash >>> 1 >>> tableShift);
  }

  /** From the hash's low half. */
  private static int home(long hash, int slots) {
    return (int) ((hash & 0xffff_ffffL) * slots >>> 32);
  }

  /** From bits in the middle. */
  private int tag(long hash) {
    return (int) (hash >>> 32) & tagMask;
  }

  private boolean hasTag(int slot, int tag) {
    return offsetBits == Integer.SIZE || slot >>> offsetBits == tag;
  }

  private int slot(int tag, long operation) {
    return (offsetBits == Integer.SIZE ? 0 : tag << offsetBits)
        | (int) (operation / BatchFormat.ALIGNMENT + 1);
  }

  private long operation(int slot) {
    return ((slot & offsetMask) - 1 & 0xffff_ffffL) * BatchFormat.ALIGNMENT;
  }

  /** Returns a table, grown if it would be more than three quarters full with one more entry. */
  private int[] roomyTable(int index) {
    int[] table = tables[index];
    if (table == null) {
      int[] fresh = new int[slotsFor(0, MIN_SLOTS, MAX_FIRST_SLOTS)];
      slots += fresh.length;
      sizes[index] = fresh.length;
      TABLE.setRelease(tables, index, fresh);
      return fresh;
    }
    int needed = counts[index] + 1;
    if (needed * 4L <= sizes[index] * 3L) {
      return table;
    }
    int least = table.length + table.length / 2;
    int[] grown = new int[slotsFor(needed, least, table.length * MAX_GROWTH)];
    for (int slot : table) {
      if (slot != 0) {
        move(slot, grown);
      }
    }
    // The places come from keys in the log: a wrong one would hide a key from all readers.
    LateFault.deliver();
    slots += grown.length - table.length;
    sizes[index] = grown.length;
    TABLE.setRelease(tables, index, grown);
    return grown;
  }

  /** How many slots a table needs in the end, if the log goes on as it began. */
  private int slotsFor(int needed, int least, int most) {
    // The newest operation's own length is not known, so it is left out.
    long bytes = pending.operation(PendingPoints.CAPACITY - 1) - begin;
    double share = (double) bytes / (operations.logBytes() - begin);
    double expected = (count + PendingPoints.CAPACITY - 1) / share / tables.length;
    return Math.clamp((long) (SPACE * Math.max(expected, needed)), least, most);
  }

  private void move(int slot, int[] target) {
    long operation = operation(slot);
    int length = operations.keyLength(operation);
    if (movedKey.length < length) {
      movedKey = new byte[length];
    }
    operations.copyKey(operation, length, movedKey);
    long hash = hash(operations.keyspace(operation), movedKey, length);
    int at = home(hash, target.length);
    while (target[at] != 0) {
      at = at + 1 == target.length ? 0 : at + 1;
    }
    target[at] = slot;
  }
}
