package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.function.Supplier;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;

/**
 * A history of operations on a database and on its model, compared at every read. The same history
 * does the same each time.
 */
final class ModelRun {
  /** An open snapshot and what it must show. */
  private record Frozen(Snapshot snapshot, ByteMap[] models) {}

  private static final int MAX_SNAPSHOTS = 3;
  private static final String[] NAMES = {Database.DEFAULT_KEYSPACE, "second"};

  private final Random random = new Random();
  private final Supplier<Database> opener;
  private final int keys;
  private final ByteMap[] models = {new ByteMap(), new ByteMap()};
  private final List<Frozen> snapshots = new ArrayList<>();
  private Database db;
  private Keyspace[] keyspaces = {};
  private long reads;

  private ModelRun(int keys, Supplier<Database> opener) {
    this.keys = keys;
    this.opener = opener;
    this.db = opener.get();
    bind();
  }

  /** Performs operations that are drawn one by one; returns how many reads were compared. */
  static long run(long seed, int keys, Supplier<Database> opener, long operations) {
    Random draws = new Random(seed);
    ModelRun run = new ModelRun(keys, opener);
    for (long i = 0; i < operations; i++) {
      run.step(ModelOperation.draw(draws));
    }
    return run.end();
  }

  /** Performs the operations of a history; returns how many reads were compared. */
  static long run(List<ModelOperation> history, int keys, Supplier<Database> opener) {
    ModelRun run = new ModelRun(keys, opener);
    for (int i = 0; i < history.size(); i++) {
      try {
        run.step(history.get(i));
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("operation " + i + ": " + history.get(i), e);
      }
    }
    return run.end();
  }

  /** Returns the first key of a database, or null if it is empty. */
  static byte[] firstKey(Database db) {
    try (Cursor cursor = db.cursor()) {
      return cursor.next() ? cursor.key() : null;
    }
  }

  private long end() {
    for (int k = 0; k < models.length; k++) {
      checkAll(keyspaces[k], models[k]);
    }
    reopen();
    for (int k = 0; k < models.length; k++) {
      checkAll(keyspaces[k], models[k]);
    }
    assertThat(db.verify().findings()).isEmpty();
    db.close();
    return reads;
  }

  private void step(ModelOperation operation) {
    random.setSeed(operation.seed());
    int k = random.nextInt(4) == 0 ? 1 : 0;
    switch (operation.kind()) {
      case PUT -> put(k);
      case DELETE -> delete(k);
      case BATCH -> batch();
      case CONDITIONAL -> conditional(k);
      case GET -> get(keyspaces[k], models[k]);
      case SNAPSHOT -> snapshot();
      case READ_SNAPSHOT -> readSnapshot(k);
      case WALK -> walk(keyspaces[k], models[k]);
      case COMPACT -> compact(k);
      case REOPEN -> reopen();
    }
  }

  private void put(int k) {
    byte[] key = key();
    byte[] value = value();
    keyspaces[k].put(key, value);
    models[k].put(key, value);
  }

  private void delete(int k) {
    byte[] key = key();
    keyspaces[k].delete(key);
    models[k].delete(key);
  }

  private void batch() {
    WriteBatch batch = db.newBatch();
    int size = random.nextInt(20);
    for (int i = 0; i < size; i++) {
      int k = random.nextInt(2);
      byte[] key = key();
      if (random.nextInt(4) == 0) {
        batch.delete(keyspaces[k], key);
        models[k].delete(key);
      } else {
        byte[] value = value();
        batch.put(keyspaces[k], key, value);
        models[k].put(key, value);
      }
    }
    db.write(batch);
  }

  private void conditional(int k) {
    byte[] key = key();
    byte[] value = value();
    byte[] present = models[k].get(key);
    switch (random.nextInt(4)) {
      case 0 -> {
        assertThat(keyspaces[k].putIfAbsent(key, value)).isEqualTo(present == null);
        if (present == null) {
          models[k].put(key, value);
        }
      }
      case 1 -> {
        assertThat(keyspaces[k].replace(key, value)).isEqualTo(present != null);
        if (present != null) {
          models[k].put(key, value);
        }
      }
      case 2 -> {
        byte[] expected = present != null && random.nextBoolean() ? present : value();
        boolean applies = present != null && Arrays.equals(expected, present);
        assertThat(keyspaces[k].replace(key, expected, value)).isEqualTo(applies);
        if (applies) {
          models[k].put(key, value);
        }
      }
      default -> {
        byte[] expected = present != null && random.nextBoolean() ? present : value();
        boolean applies = present != null && Arrays.equals(expected, present);
        assertThat(keyspaces[k].delete(key, expected)).isEqualTo(applies);
        if (applies) {
          models[k].delete(key);
        }
      }
    }
    reads++;
  }

  private void get(Readable readable, ByteMap model) {
    byte[] key = key();
    byte[] expected = model.get(key);
    assertThat(readable.get(key)).isEqualTo(expected);
    switch (random.nextInt(8)) {
      case 0 -> assertThat(readable.contains(key)).isEqualTo(expected != null);
      case 1 -> {
        byte[] target = new byte[64];
        int length = readable.get(key, target, 3);
        assertThat(length).isEqualTo(expected == null ? -1 : expected.length);
        if (expected != null && length <= 61) {
          assertThat(Arrays.copyOfRange(target, 3, 3 + length)).isEqualTo(expected);
        }
      }
      case 2 -> {
        Long size = readable.read(key, segment -> segment.byteSize());
        assertThat(size).isEqualTo(expected == null ? null : (long) expected.length);
      }
      default -> {}
    }
    reads++;
  }

  private void snapshot() {
    if (snapshots.size() == MAX_SNAPSHOTS || !snapshots.isEmpty() && random.nextInt(3) == 0) {
      Frozen old = snapshots.remove(random.nextInt(snapshots.size()));
      old.snapshot().close();
    } else {
      ByteMap[] copies = {new ByteMap(models[0]), new ByteMap(models[1])};
      snapshots.add(new Frozen(db.snapshot(), copies));
    }
  }

  private void readSnapshot(int k) {
    if (snapshots.isEmpty()) {
      return;
    }
    Frozen frozen = snapshots.get(random.nextInt(snapshots.size()));
    Readable readable = frozen.snapshot().in(keyspaces[k]);
    for (int i = 0; i < 5; i++) {
      get(readable, frozen.models()[k]);
    }
    if (random.nextInt(4) == 0) {
      walk(readable, frozen.models()[k]);
    }
  }

  /** Moves a cursor about in a random range, and a position in the model beside it. */
  private void walk(Readable readable, ByteMap model) {
    byte[] from = random.nextInt(3) == 0 ? new byte[0] : key();
    byte[] to = random.nextInt(3) == 0 ? null : key();
    NavigableMap<byte[], byte[]> range = model.range(from, to);
    KeyRange asked = to == null ? KeyRange.atLeast(from) : KeyRange.between(from, to);
    try (Cursor cursor = readable.cursor(asked)) {
      new CursorWalk(cursor, range, random).moves(1 + random.nextInt(40), this::key);
    }
    reads++;
  }

  private void compact(int k) {
    if (random.nextBoolean()) {
      db.compact();
    } else {
      byte[] a = key();
      byte[] b = key();
      keyspaces[k].compact(
          Arrays.compareUnsigned(a, b) < 0 ? KeyRange.closed(a, b) : KeyRange.closed(b, a));
    }
  }

  private void reopen() {
    snapshots.forEach(frozen -> frozen.snapshot().close());
    snapshots.clear();
    db.close();
    db = opener.get();
    bind();
  }

  private void bind() {
    keyspaces = new Keyspace[] {db, db.keyspace(NAMES[1])};
    assertThat(db.keyspaces()).containsExactly(NAMES);
  }

  private void checkAll(Readable readable, ByteMap model) {
    try (Cursor cursor = readable.cursor()) {
      for (Map.Entry<byte[], byte[]> entry : model.entries().entrySet()) {
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.key()).isEqualTo(entry.getKey());
        assertThat(cursor.value()).isEqualTo(entry.getValue());
      }
      assertThat(cursor.next()).isFalse();
      for (Map.Entry<byte[], byte[]> entry : model.entries().descendingMap().entrySet()) {
        assertThat(cursor.previous()).isTrue();
        assertThat(cursor.key()).isEqualTo(entry.getKey());
        assertThat(cursor.value()).isEqualTo(entry.getValue());
      }
      assertThat(cursor.previous()).isFalse();
    }
  }

  /** Draws a key: short and long ones, shared prefixes, zero bytes at the end. */
  private byte[] key() {
    int number = random.nextInt(keys);
    return switch (number % 5) {
      case 0 -> String.format("%016d", number).getBytes(StandardCharsets.US_ASCII);
      case 1 -> new byte[] {(byte) number, (byte) (number >> 8)};
      case 2 -> Arrays.copyOf(new byte[] {'z', (byte) (number / 97)}, 2 + number % 11);
      case 3 -> ("user/" + number + "/name").getBytes(StandardCharsets.UTF_8);
      default ->
          number < 10
              ? new byte[0]
              : Integer.toHexString(number * 0x9E3779B1).getBytes(StandardCharsets.US_ASCII);
    };
  }

  private byte[] value() {
    int length =
        switch (random.nextInt(50)) {
          case 0 -> 0;
          case 1 -> 2_000 + random.nextInt(3_000);
          default -> random.nextInt(60);
        };
    byte[] value = new byte[length];
    random.nextBytes(value);
    Arrays.fill(value, length / 2, length, (byte) 'v');
    return value;
  }
}
