package org.anvildb.memtable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.wal.BatchFormat;
import org.jspecify.annotations.Nullable;

/** A memtable over a log of its own, and the part of the engine that writes to both. */
final class LogWriter {
  static final long SEED = 0x5eed;

  /** As if a segment header stood before the first batch. */
  private static final int START = 64;

  final MemorySegment log;
  final Memtable memtable;
  private long batch = START;
  private long end = START;

  LogWriter(MemorySegment log) {
    this.log = log;
    this.memtable = new Memtable(log, 7, SEED);
  }

  static LogWriter onHeap(int logBytes) {
    return new LogWriter(MemorySegment.ofArray(new byte[logBytes]));
  }

  /** Adds an operation to the batch that is being written; returns its offset. */
  long put(int keyspace, byte[] key, byte[] value) {
    return add(BatchFormat.PUT, keyspace, key, value);
  }

  long delete(int keyspace, byte[] key) {
    return add(BatchFormat.DELETE, keyspace, key, new byte[0]);
  }

  private long add(byte kind, int keyspace, byte[] key, byte[] value) {
    long at = end;
    log.set(ValueLayout.JAVA_BYTE, at, kind);
    log.set(Bytes.LE_SHORT, at + 2, (short) key.length);
    log.set(Bytes.LE_INT, at + 4, value.length);
    log.set(Bytes.LE_INT, at + 8, keyspace);
    MemorySegment.copy(key, 0, log, ValueLayout.JAVA_BYTE, at + 12, key.length);
    MemorySegment.copy(value, 0, log, ValueLayout.JAVA_BYTE, at + 12 + key.length, value.length);
    end += BatchFormat.operationBytes(key.length, value.length);
    return at;
  }

  /** Returns the limit that the batch, as it stands, will have. */
  long end() {
    return end;
  }

  /** Ends the batch: inserts and publishes it; returns the new limit. */
  long commit() {
    memtable.insert(batch, end);
    memtable.publish(end);
    batch = end;
    return end;
  }

  boolean find(int keyspace, byte[] key, long limit, FoundEntry out) {
    long hash = KeyHash.hash(key, key.length, SEED);
    return memtable.find(keyspace, key, key.length, hash, limit, out);
  }

  byte @Nullable [] get(int keyspace, byte[] key) {
    return memtable.get(keyspace, key, key.length, KeyHash.hash(key, key.length, SEED));
  }
}
