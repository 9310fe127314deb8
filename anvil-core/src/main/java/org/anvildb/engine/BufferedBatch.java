package org.anvildb.engine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.wal.BatchEncoder;

/**
 * A batch that is encoded as it is filled, in the form that goes to the log. Not thread-safe, but a
 * use by two threads at once is found: of the two the later one gets an exception and has changed
 * nothing. Else a batch that is changed while it is written would put bytes into the log that its
 * checksum does not cover, and the next opening would take them for the log's end.
 */
final class BufferedBatch implements WriteBatch {
  private static final VarHandle IN_USE = inUse();

  private final Engine engine;
  private final BatchEncoder encoder = new BatchEncoder();

  /** The keyspaces that the operations name, by id, but for the default one. */
  private final Map<Integer, Keyspace> named = new HashMap<>();

  private int lastNamed = KeyspaceVersion.DEFAULT_ID;

  /** Whether a thread is in a method that changes or writes the batch. */
  @SuppressWarnings("unused")
  private boolean isInUse;

  BufferedBatch(Engine engine) {
    this.engine = engine;
  }

  private static VarHandle inUse() {
    try {
      return MethodHandles.lookup().findVarHandle(BufferedBatch.class, "isInUse", boolean.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Returns a batch of this database as what it is. */
  static BufferedBatch of(Engine engine, WriteBatch batch) {
    Objects.requireNonNull(batch, "batch");
    if (batch instanceof BufferedBatch own && own.engine == engine) {
      return own;
    }
    throw new IllegalArgumentException(
        "the batch was made by another database: write it to the one whose newBatch() made it");
  }

  /** Returns what is to be written, reserved for the calling thread until {@link #end()}. */
  BatchEncoder begin() {
    if (!IN_USE.compareAndSet(this, false, true)) {
      throw new IllegalStateException(
          "the batch is written or changed by another thread at this moment, and this call changed"
              + " nothing; use one batch for each thread, or a lock");
    }
    return encoder;
  }

  /**
   * Checks that no keyspace was dropped since an operation on it was added. What is dropped after
   * that counts as dropped after the write.
   */
  void checkKeyspaces() {
    if (!named.isEmpty()) {
      named.values().forEach(engine::idOf);
    }
  }

  /** Lets others use the batch. */
  void end() {
    IN_USE.setRelease(this, false);
  }

  @Override
  public WriteBatch put(byte[] key, byte[] value) {
    return put(KeyspaceVersion.DEFAULT_ID, engine, key, value);
  }

  @Override
  public WriteBatch put(Keyspace keyspace, byte[] key, byte[] value) {
    return put(engine.idOf(keyspace), keyspace, key, value);
  }

  @Override
  public WriteBatch delete(byte[] key) {
    return delete(KeyspaceVersion.DEFAULT_ID, engine, key);
  }

  @Override
  public WriteBatch delete(Keyspace keyspace, byte[] key) {
    return delete(engine.idOf(keyspace), keyspace, key);
  }

  @Override
  public int size() {
    return encoder.count();
  }

  @Override
  public long bytes() {
    return encoder.bytes();
  }

  @Override
  public void clear() {
    BatchEncoder emptied = begin();
    try {
      emptied.clear();
      named.clear();
      lastNamed = KeyspaceVersion.DEFAULT_ID;
    } finally {
      end();
    }
  }

  private WriteBatch put(int id, Keyspace keyspace, byte[] key, byte[] value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    BatchEncoder filled = begin();
    try {
      filled.put(id, key, value);
      note(id, keyspace);
    } finally {
      end();
    }
    return this;
  }

  private WriteBatch delete(int id, Keyspace keyspace, byte[] key) {
    Objects.requireNonNull(key, "key");
    BatchEncoder filled = begin();
    try {
      filled.delete(id, key);
      note(id, keyspace);
    } finally {
      end();
    }
    return this;
  }

  /** Remembers a keyspace. Neighbours are mostly of one: only a change is looked up. */
  private void note(int id, Keyspace keyspace) {
    if (id != lastNamed) {
      lastNamed = id;
      if (id != KeyspaceVersion.DEFAULT_ID) {
        named.putIfAbsent(id, keyspace);
      }
    }
  }
}
