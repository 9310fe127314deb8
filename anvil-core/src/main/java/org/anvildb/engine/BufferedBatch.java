package org.anvildb.engine;

import java.util.Objects;
import org.anvildb.api.Keyspace;
import org.anvildb.api.WriteBatch;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.wal.BatchEncoder;

/** A batch that is encoded as it is filled, in the form that goes to the log. Not thread-safe. */
final class BufferedBatch implements WriteBatch {
  private final Engine engine;
  private final BatchEncoder encoder = new BatchEncoder();

  BufferedBatch(Engine engine) {
    this.engine = engine;
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

  BatchEncoder encoder() {
    return encoder;
  }

  @Override
  public WriteBatch put(byte[] key, byte[] value) {
    return put(KeyspaceVersion.DEFAULT_ID, key, value);
  }

  @Override
  public WriteBatch put(Keyspace keyspace, byte[] key, byte[] value) {
    return put(engine.idOf(keyspace), key, value);
  }

  @Override
  public WriteBatch delete(byte[] key) {
    return delete(KeyspaceVersion.DEFAULT_ID, key);
  }

  @Override
  public WriteBatch delete(Keyspace keyspace, byte[] key) {
    return delete(engine.idOf(keyspace), key);
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
    encoder.clear();
  }

  private WriteBatch put(int keyspace, byte[] key, byte[] value) {
    encoder.put(
        keyspace, Objects.requireNonNull(key, "key"), Objects.requireNonNull(value, "value"));
    return this;
  }

  private WriteBatch delete(int keyspace, byte[] key) {
    encoder.delete(keyspace, Objects.requireNonNull(key, "key"));
    return this;
  }
}
