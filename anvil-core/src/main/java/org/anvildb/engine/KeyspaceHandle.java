package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Durability;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.wal.BatchEncoder;
import org.jspecify.annotations.Nullable;

/** One keyspace of an open database, as users hold it. Stateless but for its id; thread-safe. */
final class KeyspaceHandle implements Keyspace {
  /** Held so that a database is not taken for dropped while one of its keyspaces is in use. */
  private final Engine engine;

  private final Parts parts;
  private final int id;
  private final String name;
  private final KeyspaceOptions options;

  KeyspaceHandle(Engine engine, Parts parts, int id, String name, KeyspaceOptions options) {
    this.engine = engine;
    this.parts = parts;
    this.id = id;
    this.name = name;
    this.options = options;
  }

  int id() {
    return id;
  }

  boolean belongsTo(Parts others) {
    return parts == others;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public KeyspaceOptions options() {
    return options;
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return parts.reads().get(id, key, null);
  }

  @Override
  public int get(byte[] key, byte[] target, int offset) {
    return parts.reads().get(id, key, target, offset, null);
  }

  @Override
  public <R> @Nullable R read(byte[] key, Function<MemorySegment, R> reader) {
    return parts.reads().read(id, key, reader, null);
  }

  @Override
  public boolean contains(byte[] key) {
    return parts.reads().contains(id, key, null);
  }

  @Override
  public Cursor cursor(KeyRange range) {
    return parts.cursors().open(id, range, null, engine);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    put(key, value, parts.options().durability());
  }

  @Override
  public void put(byte[] key, byte[] value, Durability durability) {
    Objects.requireNonNull(durability, "durability");
    write(key, Objects.requireNonNull(value, "value"), null, durability);
  }

  @Override
  public void delete(byte[] key) {
    delete(key, parts.options().durability());
  }

  @Override
  public void delete(byte[] key, Durability durability) {
    Objects.requireNonNull(durability, "durability");
    write(key, null, null, durability);
  }

  @Override
  public boolean putIfAbsent(byte[] key, byte[] value) {
    Objects.requireNonNull(value, "value");
    return writeIf(key, value, () -> !contains(key));
  }

  @Override
  public boolean replace(byte[] key, byte[] value) {
    Objects.requireNonNull(value, "value");
    return writeIf(key, value, () -> contains(key));
  }

  @Override
  public boolean replace(byte[] key, byte[] expected, byte[] value) {
    Objects.requireNonNull(expected, "expected");
    Objects.requireNonNull(value, "value");
    return writeIf(key, value, () -> Arrays.equals(get(key), expected));
  }

  @Override
  public boolean delete(byte[] key, byte[] expected) {
    Objects.requireNonNull(expected, "expected");
    return writeIf(key, null, () -> Arrays.equals(get(key), expected));
  }

  @Override
  public CompletableFuture<byte @Nullable []> getAsync(byte[] key) {
    byte[] copy = Objects.requireNonNull(key, "key").clone();
    parts.health().checkOpen();
    return CompletableFuture.supplyAsync(() -> get(copy), Thread::startVirtualThread);
  }

  @Override
  public CompletableFuture<@Nullable Void> putAsync(byte[] key, byte[] value) {
    return writeAsync(key, Objects.requireNonNull(value, "value"));
  }

  @Override
  public CompletableFuture<@Nullable Void> deleteAsync(byte[] key) {
    return writeAsync(key, null);
  }

  @Override
  public void compact(KeyRange range) {
    Objects.requireNonNull(range, "range");
    parts.health().checkWritable();
    parts.compactions().run(id, range);
    Reference.reachabilityFence(engine);
  }

  private boolean writeIf(byte[] key, byte @Nullable [] value, BooleanSupplier condition) {
    return write(key, value, condition, parts.options().durability());
  }

  /** Writes a put, or a delete if there is no value, and waits until it is durable as asked. */
  private boolean write(
      byte[] key,
      byte @Nullable [] value,
      @Nullable BooleanSupplier condition,
      Durability durability) {
    EncoderPool encoders = parts.committer().encoders();
    BatchEncoder encoder = encoder(encoders, key);
    try {
      encode(encoder, key, value);
      boolean written = parts.committer().write(encoder, condition);
      if (written) {
        parts.log().await(durability, encoder);
      }
      return written;
    } finally {
      encoders.giveBack(encoder);
      Reference.reachabilityFence(engine);
    }
  }

  private CompletableFuture<@Nullable Void> writeAsync(byte[] key, byte @Nullable [] value) {
    EncoderPool encoders = parts.committer().encoders();
    BatchEncoder encoder = encoder(encoders, key);
    try {
      encode(encoder, key, value);
      parts.committer().write(encoder, null);
      return parts.log().future(parts.options().durability(), encoder);
    } finally {
      encoders.giveBack(encoder);
      Reference.reachabilityFence(engine);
    }
  }

  /** Returns a buffer for a write, if the keyspace still takes any. */
  private BatchEncoder encoder(EncoderPool encoders, byte[] key) {
    Objects.requireNonNull(key, "key");
    if (parts.states().current().keyspace(id) == null) {
      parts.health().checkOpen();
      throw new ClosedException("keyspace '" + name + "' was dropped");
    }
    return encoders.take();
  }

  private void encode(BatchEncoder encoder, byte[] key, byte @Nullable [] value) {
    if (value == null) {
      encoder.delete(id, key);
    } else {
      encoder.put(id, key, value);
    }
  }
}
