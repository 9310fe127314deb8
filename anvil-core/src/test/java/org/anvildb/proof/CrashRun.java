package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;
import org.anvildb.backup.BackupDirectory;
import org.anvildb.backup.BackupInfo;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationHook;
import org.jspecify.annotations.Nullable;

/**
 * A database in memory under a script, with its history beside it. All of it happens on one thread
 * and follows from a seed: background work runs when a script lets it, or when a write waits for
 * it.
 */
final class CrashRun {
  private static final int KEYS = 120;
  private static final long TICK_NANOS = 50_000_000;

  private final CrashHistory history = new CrashHistory();
  private final Random random;
  private final DatabaseOptions options;
  private final OperationHook hook;
  private final List<Snapshot> snapshots = new ArrayList<>();
  private final HeldReads held;
  private long tail;
  private Runnable afterWrite = () -> {};
  private UnaryOperator<Storage> layer = UnaryOperator.identity();
  private MemoryStorage storage = new MemoryStorage(Arena::ofConfined);
  private InlineScheduler scheduler;
  private Database db;

  CrashRun(long seed, DatabaseOptions options, OperationHook hook) {
    this.random = new Random(seed);
    this.held = new HeldReads(random);
    this.options = options;
    this.hook = hook;
    this.storage.setHook(hook);
  }

  /** Puts a layer between the database and its storage. */
  void over(UnaryOperator<Storage> layerOfStorage) {
    layer = layerOfStorage;
  }

  /** Sets what is done after each write, when no storage operation is under way. */
  void afterWrite(Runnable action) {
    afterWrite = action;
  }

  static DatabaseOptions options(int memtableBytes) {
    return DatabaseOptions.builder()
        .memtableBytes(ByteSize.ofBytes(memtableBytes))
        .blockCacheBytes(ByteSize.ofBytes(0))
        .durability(Durability.SYNC)
        .keyspaceDefaults(KeyspaceOptions.defaults().withBlockBytes(512).withLevelRatio(2))
        .build();
  }

  /** Draws one of the keys that the scripts use. */
  static byte[] key(Random random) {
    int number = random.nextInt(KEYS);
    String text = number % 3 == 0 ? "k" + number : "longer/shared/prefix/" + number;
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  CrashHistory history() {
    return history;
  }

  MemoryStorage storage() {
    return storage;
  }

  DatabaseOptions options() {
    return options;
  }

  void open() {
    scheduler = new InlineScheduler(new Random(random.nextLong()));
    db = Anvil.open(layer.apply(storage), scheduler, new Random(random.nextLong()), options);
    long left = history.check(db, history.acknowledgedBatches(), history.size(), random);
    history.cut(left);
    history.settleNames(db.keyspaces());
    noteDurable();
  }

  void close() {
    snapshots.forEach(Snapshot::close);
    snapshots.clear();
    held.closeAll();
    db.close();
    history.synced(history.size());
  }

  /** Pulls the plug; the script goes on with the disk that is left. */
  void crash(CrashPlan plan) {
    snapshots.clear();
    held.forget();
    storage.setHook(null);
    storage = storage.crash(plan);
    history.powerLost();
    storage.setHook(hook);
  }

  /** Kills the process; the system keeps what it wrote, and the script goes on with that. */
  void die() {
    snapshots.clear();
    held.forget();
    storage.endProcess();
  }

  /** Frees what the run holds. */
  void end() {
    storage.setHook(null);
    storage.powerOff();
  }

  void create(String name) {
    if (db.keyspaces().contains(name)) {
      // After a drop that failed: nothing is created.
      db.keyspace(name);
      return;
    }
    history.beginCreate(name);
    db.keyspace(name);
    history.named();
  }

  void drop(String name) {
    int keyspace = history.keyspace(name);
    if (db.keyspaces().contains(name)) {
      history.beginDrop(name);
    }
    if (db.dropKeyspace(name)) {
      history.named();
      held.dropped(keyspace);
    }
  }

  /** Writes a batch of puts and deletes of some keyspaces. */
  void write(Durability durability, int operations, int valueBytes, String... names) {
    WriteBatch batch = batch(operations, valueBytes, names);
    db.write(batch, durability);
    history.acknowledged();
    if (durability == Durability.SYNC) {
      history.synced(history.size());
    }
    noteDurable();
    afterWrite.run();
  }

  /** Writes one entry through the methods of the keyspace itself. */
  void put(Durability durability, int valueBytes, String name) {
    change(durability, name, key(random), random.nextInt(4) == 0 ? null : value(valueBytes));
  }

  /** Writes over one of few entries. */
  void overwrite(Durability durability, int valueBytes, String name, int entries) {
    byte[] key = ("o" + random.nextInt(entries)).getBytes(StandardCharsets.US_ASCII);
    change(durability, name, key, value(valueBytes));
  }

  /** Puts an entry behind all others of the queue that the keyspaces share. */
  void push(Durability durability, int valueBytes, String name) {
    byte[] key = String.format("q/%08d", tail++).getBytes(StandardCharsets.US_ASCII);
    change(durability, name, key, value(valueBytes));
  }

  /** Takes the first entry of a keyspace off, if there is one. */
  void pop(Durability durability, String name) {
    byte[] first;
    try (Cursor cursor = db.keyspace(name).cursor()) {
      first = cursor.next() ? cursor.key() : null;
    }
    ByteMap expected = history.content(name);
    if (first == null) {
      assertThat(expected.entries()).isEmpty();
    } else {
      assertThat(first).isEqualTo(expected.entries().firstKey());
      change(durability, name, first, null);
    }
  }

  private void change(Durability durability, String name, byte[] key, byte[] value) {
    Keyspace keyspace = db.keyspace(name);
    history.begin(List.of(new CrashHistory.Change(history.keyspace(name), key, value)));
    if (value == null) {
      keyspace.delete(key, durability);
    } else {
      keyspace.put(key, value, durability);
    }
    history.acknowledged();
    if (durability == Durability.SYNC) {
      history.synced(history.size());
    }
    noteDurable();
    afterWrite.run();
  }

  /** Writes without waiting; returns what is to be awaited. */
  Async writeAsync(int operations, int valueBytes, String... names) {
    WriteBatch batch = batch(operations, valueBytes, names);
    CompletableFuture<@Nullable Void> future = db.writeAsync(batch);
    history.acknowledged();
    return new Async(future, history.size());
  }

  /** A write that may not be on disk yet. */
  record Async(CompletableFuture<@Nullable Void> future, long batches) {}

  /** Lets the background work go on until an asynchronous write is on disk. */
  void await(Async async) {
    scheduler.runAll();
    try {
      async.future().orTimeout(1, TimeUnit.MINUTES).join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof AnvilException cause ? cause : e;
    }
    history.synced(async.batches());
  }

  void sync() {
    db.sync();
    history.synced(history.size());
  }

  /** Goes on after a full disk. */
  void resume() {
    db.resume();
  }

  Health health() {
    return db.health();
  }

  /** Returns how many memtables wait to be flushed. */
  int frozenMemtables() {
    return db.stats().memory().frozen();
  }

  /** Returns the number of the newest batch. */
  long lastSequence() {
    return db.stats().lastSequence();
  }

  void compact() {
    db.compact();
    noteDurable();
  }

  void compactRange(String name) {
    byte[] a = key(random);
    byte[] b = key(random);
    boolean inOrder = Arrays.compareUnsigned(a, b) <= 0;
    db.keyspace(name).compact(inOrder ? KeyRange.closed(a, b) : KeyRange.closed(b, a));
    noteDurable();
  }

  void snapshot() {
    snapshots.add(db.snapshot());
  }

  void closeOldestSnapshot() {
    snapshots.removeFirst().close();
  }

  /** Opens a snapshot and a cursor that {@link #checkHeld} looks at until the database closes. */
  void hold(String name) {
    held.hold(db, name, history.keyspace(name), history.content(name));
  }

  void checkHeld() {
    held.check();
  }

  void letGo() {
    held.closeAll();
  }

  /** Lets something be done among the background work. */
  void runLater(Runnable action) {
    scheduler.submit(Lane.COMPACTION, action);
  }

  /** Holds that reads are right while a write may be under way. */
  void checkInTheMiddle() {
    history.check(db, history.acknowledgedBatches(), history.size(), random);
  }

  /** Tells whether a keyspace is there. */
  boolean has(String name) {
    return db.keyspaces().contains(name);
  }

  /** Lets go of what a close that failed, or a process that died, left. */
  void forget() {
    snapshots.clear();
    held.forget();
  }

  /** Opens without changing anything, looks at all, and closes. */
  void lookOnly() {
    DatabaseOptions readOnly = options.toBuilder().readOnly(true).build();
    Scheduler idle = new InlineScheduler(new Random(random.nextLong()));
    try (Database only =
        Anvil.open(layer.apply(storage), idle, new Random(random.nextLong()), readOnly)) {
      history.check(only, history.acknowledgedBatches(), history.size(), random);
    }
  }

  /** Reads every byte that is stored. */
  void verify() {
    assertThat(db.verify().findings()).isEmpty();
  }

  /** Lets some background work happen, or none, and sometimes some time pass. */
  void work() {
    if (random.nextInt(8) == 0) {
      scheduler.advance(TICK_NANOS + random.nextInt(1_000) * 1_000_000L);
    }
    for (int steps = random.nextInt(4); steps > 0; steps--) {
      scheduler.runOne();
    }
    noteDurable();
  }

  void workAll() {
    scheduler.runAll();
    noteDurable();
  }

  /** Holds, after a step that failed, that every read answers as if it had not been tried. */
  void checkAfterFailure() {
    history.settle(db.stats().lastSequence());
    if (!(db.health() instanceof Health.Poisoned)) {
      // What was refused has changed nothing, on disk either.
      history.settleNames(db.keyspaces());
    }
    check();
    held.check();
  }

  /** Holds that every read answers as the history does. */
  void check() {
    history.check(db, history.size(), history.size(), random);
  }

  /** Makes a copy of the database in another directory of its disk. */
  void checkpoint(String directory) {
    db.checkpoint(Path.of(directory));
  }

  /** Makes a backup of the database. */
  BackupInfo backup(BackupDirectory backups) {
    return backups.create(db);
  }

  int draw(int bound) {
    return random.nextInt(bound);
  }

  /** What the database itself says to be on disk must be there, too. */
  private void noteDurable() {
    history.synced(db.stats().durableSequence());
  }

  private WriteBatch batch(int operations, int valueBytes, String... names) {
    WriteBatch batch = db.newBatch();
    List<CrashHistory.Change> changes = new ArrayList<>();
    for (int i = 0; i < operations; i++) {
      String name = names[random.nextInt(names.length)];
      Keyspace keyspace = db.keyspace(name);
      byte[] key = key(random);
      byte[] value = random.nextInt(5) == 0 ? null : value(valueBytes);
      if (value == null) {
        batch.delete(keyspace, key);
      } else {
        batch.put(keyspace, key, value);
      }
      changes.add(new CrashHistory.Change(history.keyspace(name), key, value));
    }
    history.begin(changes);
    return batch;
  }

  private byte[] value(int most) {
    byte[] value = new byte[random.nextInt(most + 1)];
    random.nextBytes(value);
    return value;
  }
}
