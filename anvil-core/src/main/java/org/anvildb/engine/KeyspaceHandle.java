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
    write(key, Objects.requireNonNull(value, "value"), null);
    parts.log().await(durability);
  }

  @Override
  public void delete(byte[] key) {
    delete(key, parts.options().durability());
  }

  @Override
  public void delete(byte[] key, Durability durability) {
    Objects.requireNonNull(durability, "durability");
    write(key, null, null);
    parts.log().await(durability);
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
    write(key, Objects.requireNonNull(value, "value"), null);
    return parts.log().future(parts.options().durability());
  }

  @Override
  public CompletableFuture<@Nullable Void> deleteAsync(byte[] key) {
    write(key, null, null);
    return parts.log().future(parts.options().durability());
  }

  @Override
  public void compact(KeyRange range) {
    Objects.requireNonNull(range, "range");
    parts.health().checkWritable();
    parts.compactions().run(id, range);
    Reference.reachabilityFence(engine);
  }

  private boolean writeIf(byte[] key, byte @Nullable [] value, BooleanSupplier condition) {
    boolean written = write(key, value, condition);
    if (written) {
      parts.log().await(parts.options().durability());
    }
    return written;
  }

  /** Writes a put, or a delete if there is no value. */
  private boolean write(byte[] key, byte @Nullable [] value, @Nullable BooleanSupplier condition) {
    Objects.requireNonNull(key, "key");
    if (parts.states().current().keyspace(id) == null) {
      parts.health().checkOpen();
      throw new ClosedException("keyspace '" + name + "' was dropped");
    }
    EncoderPool encoders = parts.committer().encoders();
    BatchEncoder encoder = encoders.take();
    try {
      if (value == null) {
        encoder.delete(id, key);
      } else {
        encoder.put(id, key, value);
      }
      return parts.committer().write(encoder, condition);
    } finally {
      encoders.giveBack(encoder);
      Reference.reachabilityFence(engine);
    }
  }
}
