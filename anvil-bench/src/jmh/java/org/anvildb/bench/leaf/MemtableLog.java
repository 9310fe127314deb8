package org.anvildb.bench.leaf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.bytes.Bytes;
import org.anvildb.memtable.Memtable;
import org.anvildb.wal.BatchFormat;

/** The operations of puts in a log segment, as memtables find them there. Not thread-safe. */
final class MemtableLog {
  private static final long START = 64;
  private static final int KEYSPACE = 0;

  private final MemorySegment memory;
  private final int entries;
  private final long putBytes = BatchFormat.operationBytes(Keys.KEY_BYTES, Keys.VALUE_BYTES);

  /** Writes a put for each entry, in the order that is given. */
  MemtableLog(int[] order) {
    entries = order.length;
    memory = Arena.ofAuto().allocate(START + entries * putBytes, BatchFormat.ALIGNMENT);
    byte[] value = Keys.halfRandom(Keys.VALUE_BYTES);
    for (int i = 0; i < entries; i++) {
      long at = START + i * putBytes;
      memory.set(ValueLayout.JAVA_BYTE, at, BatchFormat.PUT);
      memory.set(Bytes.LE_SHORT, at + 2, (short) Keys.KEY_BYTES);
      memory.set(Bytes.LE_INT, at + 4, value.length);
      memory.set(Bytes.LE_INT, at + 8, KEYSPACE);
      byte[] key = Keys.present(order[i]);
      long keyAt = BatchFormat.keyOffset(at);
      MemorySegment.copy(key, 0, memory, ValueLayout.JAVA_BYTE, keyAt, key.length);
      MemorySegment.copy(value, 0, memory, ValueLayout.JAVA_BYTE, keyAt + key.length, value.length);
    }
  }

  /** Puts all entries into a new memtable, one by one. */
  Memtable index() {
    Memtable memtable = new Memtable(memory, 1, Keys.HASH_SEED);
    for (int i = 0; i < entries; i++) {
      long at = START + i * putBytes;
      memtable.insert(at, at + putBytes);
      memtable.publish(at + putBytes);
    }
    return memtable;
  }
}
