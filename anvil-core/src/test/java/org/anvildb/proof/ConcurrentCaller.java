package org.anvildb.proof;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;
import org.anvildb.proof.HistoryCall.Conditional;
import org.anvildb.proof.HistoryCall.View;
import org.anvildb.proof.HistoryCall.Write;

/**
 * One thread of a {@link ConcurrentHistory}: calls the database in an order that a seed draws, and
 * records each call with its outcome. For its thread alone; the clock and the numbers of values are
 * shared by all.
 *
 * <p>An asynchronous read has a lane of its own, since it ends when its future does. An
 * asynchronous write is visible when the method returns, and is recorded so.
 */
final class ConcurrentCaller {
  /** The keys of each of the two keyspaces. */
  static final int KEYS_EACH = 3;

  static final int KEYS = 2 * KEYS_EACH;

  private static final int MAX_PAD_BYTES = 300;

  private final Database db;
  private final Keyspace other;
  private final int lane;
  private final int lanes;
  private final Random random;
  private final AtomicLong clock;
  private final AtomicInteger values;
  private final boolean joins;
  private final List<RecordedCall> history = new ArrayList<>();
  private final List<CompletableFuture<?>> writes = new ArrayList<>();
  private CompletableFuture<RecordedCall> read;
  private long invoked;

  /**
   * Makes a caller.
   *
   * @param joins whether batches and views join the keys to one object
   */
  ConcurrentCaller(
      Database db,
      int lane,
      int lanes,
      Random random,
      AtomicLong clock,
      AtomicInteger values,
      boolean joins) {
    this.db = db;
    this.other = db.keyspace("other");
    this.lane = lane;
    this.lanes = lanes;
    this.random = random;
    this.clock = clock;
    this.values = values;
    this.joins = joins;
  }

  /** Makes so many calls; returns their history when all of them are over. */
  List<RecordedCall> run(int calls) {
    for (int i = 0; i < calls; i++) {
      if (joins && random.nextInt(3) == 0) {
        joined();
      } else {
        single(random.nextInt(KEYS));
      }
      if (random.nextInt(8) == 0) {
        Thread.yield();
      }
    }
    endRead();
    writes.forEach(CompletableFuture::join);
    return history;
  }

  private void begin() {
    invoked = clock.incrementAndGet();
  }

  private void end(HistoryCall call) {
    history.add(new RecordedCall(lane, invoked, clock.incrementAndGet(), call));
  }

  private void single(int key) {
    switch (random.nextInt(16)) {
      case 0, 1, 2, 3, 4, 5, 6 -> read(key);
      case 7, 8, 9, 10 -> put(key);
      case 11, 12 -> delete(key);
      default -> condition(key);
    }
  }

  private Keyspace home(int key) {
    return key < KEYS_EACH ? db : other;
  }

  private void read(int key) {
    Keyspace home = home(key);
    byte[] name = name(key);
    int form = random.nextInt(5);
    if (form == 4) {
      readLater(home, key);
      return;
    }
    begin();
    switch (form) {
      case 0 -> {
        byte[] target = new byte[MAX_PAD_BYTES + Integer.BYTES];
        int length = home.get(name, target, 0);
        end(View.of(key, length < 0 ? HistoryCall.ABSENT : number(Arrays.copyOf(target, length))));
      }
      case 1 -> {
        boolean there = home.contains(name);
        end(View.of(key, there ? HistoryCall.PRESENT : HistoryCall.ABSENT));
      }
      case 2 -> {
        Integer number =
            home.read(
                name, value -> number(value.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)));
        end(View.of(key, number == null ? HistoryCall.ABSENT : number));
      }
      default -> end(View.of(key, number(home.get(name))));
    }
  }

  private void readLater(Keyspace home, int key) {
    endRead();
    long before = clock.incrementAndGet();
    read =
        home.getAsync(name(key))
            .thenApply(value ->
                new RecordedCall(
                    lanes + lane, before, clock.incrementAndGet(), View.of(key, number(value))));
  }

  private void endRead() {
    if (read != null) {
      history.add(read.join());
      read = null;
    }
  }

  private void put(int key) {
    int number = values.incrementAndGet();
    byte[] name = name(key);
    byte[] value = value(number);
    begin();
    switch (random.nextInt(8)) {
      case 0 -> home(key).put(name, value, Durability.SYNC);
      case 1 -> writes.add(home(key).putAsync(name, value));
      default -> home(key).put(name, value);
    }
    end(Write.of(key, number));
  }

  private void delete(int key) {
    byte[] name = name(key);
    begin();
    if (random.nextInt(4) == 0) {
      writes.add(home(key).deleteAsync(name));
    } else {
      home(key).delete(name);
    }
    end(Write.of(key, HistoryCall.ABSENT));
  }

  private void condition(int key) {
    int number = values.incrementAndGet();
    Keyspace home = home(key);
    byte[] name = name(key);
    switch (random.nextInt(4)) {
      case 0 -> {
        begin();
        boolean done = home.putIfAbsent(name, value(number));
        end(new Conditional(key, HistoryCall.ABSENT, number, done));
      }
      case 1 -> {
        begin();
        boolean done = home.replace(name, value(number));
        end(new Conditional(key, HistoryCall.PRESENT, number, done));
      }
      default -> {
        begin();
        byte[] expected = home.get(name);
        end(View.of(key, number(expected)));
        if (expected != null) {
          exchange(key, expected, number);
        }
      }
    }
  }

  private void exchange(int key, byte[] expected, int number) {
    boolean deletes = random.nextInt(3) == 0;
    begin();
    boolean done =
        deletes
            ? home(key).delete(name(key), expected)
            : home(key).replace(name(key), expected, value(number));
    end(new Conditional(key, number(expected), deletes ? HistoryCall.ABSENT : number, done));
  }

  private void joined() {
    switch (random.nextInt(4)) {
      case 0 -> snapshot();
      case 1 -> cursor(random.nextBoolean());
      default -> batch();
    }
  }

  private void batch() {
    int size = 1 + random.nextInt(5);
    WriteBatch batch = db.newBatch();
    int[] keys = new int[size];
    int[] numbers = new int[size];
    for (int i = 0; i < size; i++) {
      keys[i] = random.nextInt(KEYS);
      if (random.nextInt(4) == 0) {
        batch.delete(home(keys[i]), name(keys[i]));
      } else {
        numbers[i] = values.incrementAndGet();
        batch.put(home(keys[i]), name(keys[i]), value(numbers[i]));
      }
    }
    begin();
    switch (random.nextInt(8)) {
      case 0 -> db.write(batch, Durability.SYNC);
      case 1 -> writes.add(db.writeAsync(batch));
      default -> db.write(batch);
    }
    end(new Write(keys, numbers));
  }

  /** Takes a snapshot, lets others write, then reads it in several ways that must agree. */
  private void snapshot() {
    begin();
    Snapshot snapshot = db.snapshot();
    long returned = clock.incrementAndGet();
    try (snapshot) {
      Readable second = snapshot.in(other);
      int[] seen = new int[KEYS];
      for (int pass = 0; pass < 2; pass++) {
        Thread.yield();
        int[] now = new int[KEYS];
        if (random.nextBoolean()) {
          Arrays.setAll(now, key -> number((key < KEYS_EACH ? snapshot : second).get(name(key))));
        } else {
          walk(snapshot.cursor(), 0, now, random.nextBoolean());
          walk(second.cursor(), KEYS_EACH, now, random.nextBoolean());
        }
        if (pass > 0 && !Arrays.equals(seen, now)) {
          throw new AssertionError(
              "a snapshot changed from " + Arrays.toString(seen) + " to " + Arrays.toString(now));
        }
        seen = now;
      }
      int[] keys = new int[KEYS];
      Arrays.setAll(keys, key -> key);
      var view = new View(keys, seen, snapshot.sequence());
      history.add(new RecordedCall(lane, invoked, returned, view));
    }
  }

  /** Walks over one keyspace as it stood when the cursor was opened. */
  private void cursor(boolean ofOther) {
    int first = ofOther ? KEYS_EACH : 0;
    begin();
    Cursor cursor = (ofOther ? other : db).cursor(KeyRange.all());
    long returned = clock.incrementAndGet();
    int[] all = new int[KEYS];
    walk(cursor, first, all, random.nextBoolean());
    int[] keys = new int[KEYS_EACH];
    Arrays.setAll(keys, i -> first + i);
    var view = new View(keys, Arrays.copyOfRange(all, first, first + KEYS_EACH), -1);
    history.add(new RecordedCall(lane, invoked, returned, view));
  }

  private static void walk(Cursor opened, int first, int[] seen, boolean backwards) {
    try (Cursor cursor = opened) {
      while (backwards ? cursor.previous() : cursor.next()) {
        int key = first + cursor.key()[1];
        if (seen[key] != HistoryCall.ABSENT) {
          throw new AssertionError("a cursor showed a key twice");
        }
        seen[key] = number(cursor.value());
      }
    }
  }

  private static byte[] name(int key) {
    int inKeyspace = key % KEYS_EACH;
    return new byte[] {(byte) (inKeyspace * 80), (byte) inKeyspace};
  }

  /** Returns a value for a number; its length and its bytes tell the number, too. */
  private static byte[] value(int number) {
    byte[] value = new byte[Integer.BYTES + Math.floorMod(number * 31, MAX_PAD_BYTES)];
    Arrays.fill(value, (byte) number);
    ByteBuffer.wrap(value).putInt(number);
    return value;
  }

  private static int number(byte[] value) {
    if (value == null) {
      return HistoryCall.ABSENT;
    }
    int number = ByteBuffer.wrap(value).getInt();
    if (!Arrays.equals(value, value(number))) {
      throw new AssertionError("a value that nobody wrote, of " + value.length + " bytes");
    }
    return number;
  }
}
