package org.anvildb.repair;

import java.lang.foreign.MemorySegment;
import org.anvildb.api.Database;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;
import org.anvildb.bytes.Bytes;
import org.anvildb.wal.BatchFormat;
import org.anvildb.wal.SalvagedSegment;

/** Writes what was saved into the new database, in batches of bounded size. Not thread-safe. */
final class RepairWriter {
  private static final long BATCH_BYTES = 1 << 20;

  private final Database target;
  private final SavedKeyspaces keyspaces;
  private final WriteBatch batch;

  RepairWriter(Database target, SavedKeyspaces keyspaces) {
    this.target = target;
    this.keyspaces = keyspaces;
    this.batch = target.newBatch();
  }

  /** Returns a sink for the tables of a keyspace. */
  TableMerge.Sink tables(Keyspace keyspace, boolean deletes) {
    return new TableMerge.Sink() {
      @Override
      public void put(byte[] key, byte[] value, boolean isDoubtful) {
        makeRoom(key.length + (long) value.length);
        batch.put(keyspace, key, value);
        if (isDoubtful) {
          keyspaces.doubt(keyspace);
        }
      }

      @Override
      public void delete(byte[] key) {
        if (deletes) {
          makeRoom(key.length);
          batch.delete(keyspace, key);
        }
      }
    };
  }

  /** Applies a batch of the log. */
  void apply(SalvagedSegment segment, long from, int operations) {
    MemorySegment log = segment.memory();
    long at = from;
    for (int i = 0; i < operations; i++) {
      Keyspace keyspace = keyspaces.byId(BatchFormat.keyspace(log, at), segment.name());
      if (keyspace != null) {
        apply(keyspace, log, at);
      }
      at = BatchFormat.next(log, at);
    }
  }

  private void apply(Keyspace keyspace, MemorySegment log, long at) {
    int keyLength = BatchFormat.keyLength(log, at);
    long keyAt = BatchFormat.keyOffset(at);
    byte[] key = Bytes.copy(log, keyAt, keyLength);
    if (BatchFormat.kind(log, at) == BatchFormat.DELETE) {
      makeRoom(keyLength);
      batch.delete(keyspace, key);
    } else {
      int valueLength = BatchFormat.valueLength(log, at);
      makeRoom(keyLength + (long) valueLength);
      batch.put(keyspace, key, Bytes.copy(log, keyAt + keyLength, valueLength));
    }
  }

  /**
   * Writes what is pending if an operation would make it large: what one operation may take leaves
   * little of the limit of a batch.
   */
  private void makeRoom(long bytes) {
    if (batch.bytes() + bytes > BATCH_BYTES) {
      write();
    }
  }

  /** Writes what is left. */
  void write() {
    if (batch.size() > 0) {
      target.write(batch);
      batch.clear();
    }
  }
}
