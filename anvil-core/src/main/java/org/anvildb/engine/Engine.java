package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.Snapshot;
import org.anvildb.api.Stats;
import org.anvildb.api.VerifyReport;
import org.anvildb.api.WriteBatch;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.table.TableMeta;
import org.anvildb.wal.BatchEncoder;
import org.jspecify.annotations.Nullable;

/**
 * An open database. It decides nothing itself: each method belongs to one of the {@link Parts}.
 * Thread-safe.
 */
public final class Engine implements Database {
  private final Parts parts;
  private final Keyspaces keyspaces;
  private final KeyspaceHandle defaults;
  private final Shutdown shutdown;
  private final StatsCollector stats;

  Engine(Parts parts) {
    this.parts = parts;
    this.keyspaces = new Keyspaces(this, parts);
    this.defaults = keyspaces.defaultKeyspace();
    this.shutdown = new Shutdown(parts);
    this.stats = new StatsCollector(parts);
  }

  Parts parts() {
    return parts;
  }

  Shutdown shutdown() {
    return shutdown;
  }

  /** Returns the id of a keyspace of this database. */
  int idOf(Keyspace keyspace) {
    return keyspaces.idOf(keyspace);
  }

  @Override
  public String name() {
    return defaults.name();
  }

  @Override
  public KeyspaceOptions options() {
    return defaults.options();
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return defaults.get(key);
  }

  @Override
  public int get(byte[] key, byte[] target, int offset) {
    return defaults.get(key, target, offset);
  }

  @Override
  public <R> @Nullable R read(byte[] key, Function<MemorySegment, R> reader) {
    return defaults.read(key, reader);
  }

  @Override
  public boolean contains(byte[] key) {
    return defaults.contains(key);
  }

  @Override
  public Cursor cursor(KeyRange range) {
    return defaults.cursor(range);
  }

  @Override
  public void put(byte[] key, byte[] value) {
    defaults.put(key, value);
  }

  @Override
  public void put(byte[] key, byte[] value, Durability durability) {
    defaults.put(key, value, durability);
  }

  @Override
  public void delete(byte[] key) {
    defaults.delete(key);
  }

  @Override
  public void delete(byte[] key, Durability durability) {
    defaults.delete(key, durability);
  }

  @Override
  public boolean putIfAbsent(byte[] key, byte[] value) {
    return defaults.putIfAbsent(key, value);
  }

  @Override
  public boolean replace(byte[] key, byte[] value) {
    return defaults.replace(key, value);
  }

  @Override
  public boolean replace(byte[] key, byte[] expected, byte[] value) {
    return defaults.replace(key, expected, value);
  }

  @Override
  public boolean delete(byte[] key, byte[] expected) {
    return defaults.delete(key, expected);
  }

  @Override
  public CompletableFuture<byte @Nullable []> getAsync(byte[] key) {
    return defaults.getAsync(key);
  }

  @Override
  public CompletableFuture<@Nullable Void> putAsync(byte[] key, byte[] value) {
    return defaults.putAsync(key, value);
  }

  @Override
  public CompletableFuture<@Nullable Void> deleteAsync(byte[] key) {
    return defaults.deleteAsync(key);
  }

  @Override
  public void compact(KeyRange range) {
    defaults.compact(range);
  }

  @Override
  public Keyspace keyspace(String name) {
    return keyspaces.open(name, null);
  }

  @Override
  public Optional<Keyspace> findKeyspace(String name) {
    return keyspaces.find(name);
  }

  @Override
  public Keyspace keyspace(String name, KeyspaceOptions options) {
    return keyspaces.open(name, Objects.requireNonNull(options, "options"));
  }

  @Override
  public List<String> keyspaces() {
    return keyspaces.names();
  }

  @Override
  public boolean dropKeyspace(String name) {
    return keyspaces.drop(name);
  }

  @Override
  public WriteBatch newBatch() {
    return new BufferedBatch(this);
  }

  @Override
  public void write(WriteBatch batch) {
    write(batch, parts.options().durability());
  }

  @Override
  public void write(WriteBatch batch, Durability durability) {
    Objects.requireNonNull(durability, "durability");
    BufferedBatch own = BufferedBatch.of(this, batch);
    BatchEncoder encoder = own.begin();
    try {
      own.checkKeyspaces();
      parts.committer().write(encoder, null);
      parts.log().await(durability, encoder);
    } finally {
      own.end();
    }
  }

  @Override
  public CompletableFuture<@Nullable Void> writeAsync(WriteBatch batch) {
    BufferedBatch own = BufferedBatch.of(this, batch);
    BatchEncoder encoder = own.begin();
    try {
      own.checkKeyspaces();
      parts.committer().write(encoder, null);
      return parts.log().future(parts.options().durability(), encoder);
    } finally {
      own.end();
    }
  }

  @Override
  public Snapshot snapshot() {
    parts.health().checkOpen();
    return new OpenSnapshot(this, parts.committer().openSnapshot());
  }

  @Override
  public void sync() {
    parts.resumption().checkSyncable();
    parts.log().awaitAll();
  }

  @Override
  public void resume() {
    parts.resumption().resume();
  }

  @Override
  public void compact() {
    for (String name : keyspaces()) {
      keyspaces.compact(name);
    }
  }

  @Override
  public Stats stats() {
    return stats.collect();
  }

  @Override
  public VerifyReport verify() {
    parts.health().checkOpen();
    return LiveVerification.run(parts);
  }

  @Override
  public void checkpoint(Path directory) {
    Objects.requireNonNull(directory, "directory");
    parts.health().checkOpen();
    try (DirectoryDraft draft = parts.storage().draft(directory)) {
      capture(new LinkedCheckpoint(parts.storage(), draft.storage()));
      draft.publish();
    }
  }

  /** Returns what was drawn when the database was created, and tells it from any other. */
  public UUID databaseId() {
    return parts.catalog().current().databaseId();
  }

  /**
   * Writes a consistent copy of this moment, while writers go on.
   *
   * @param target where it goes
   * @return the number of the last batch in it
   */
  public long capture(CheckpointTarget target) {
    parts.health().checkOpen();
    try {
      return Checkpoint.write(parts, target);
    } finally {
      // Nobody else may hold the database any more, and it must not be closed as dropped.
      Reference.reachabilityFence(this);
    }
  }

  /** Returns the tables of this moment; merges may replace and delete them at any time. */
  public List<TableMeta> tables() {
    parts.health().checkOpen();
    return parts.catalog().current().tables();
  }

  @Override
  public Health health() {
    return parts.health().get();
  }

  @Override
  public void close() {
    shutdown.run();
  }
}
