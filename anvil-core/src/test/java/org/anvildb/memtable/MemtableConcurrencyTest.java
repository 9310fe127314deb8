package org.anvildb.memtable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anvildb.bytes.Bytes;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Readers beside a writer see a prefix of its history. Batch i sets the counters {@code i mod
 * COUNTERS} in both keyspaces to i, and adds a key that is its own for each i, in random or
 * ascending order; the history is known, so everything that a reader sees can be checked.
 */
final class MemtableConcurrencyTest {
  private static final int BATCHES = 15_000;
  private static final int COUNTERS = 50;
  private static final int LOG_BYTES = 4 << 20;

  private long seed;
  private LogWriter writer = LogWriter.onHeap(1 << 10);
  private byte[][] ownKeys = {};

  /** The limits of the batches; an element is published with its batch. */
  private final long[] limits = new long[BATCHES + 1];

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readersSeeAPrefixOfHistory(boolean ascending) throws Exception {
    seed = new Random().nextLong();
    try (Arena arena = Arena.ofShared();
        ExecutorService threads = Executors.newFixedThreadPool(3)) {
      writer = new LogWriter(arena.allocate(LOG_BYTES));
      ownKeys = ownKeys(ascending);
      List<Future<Long>> readers = new ArrayList<>();
      List<Callable<Long>> jobs = List.of(this::readPoints, this::readOlder, this::scan);
      jobs.forEach(job -> readers.add(threads.submit(job)));
      write();
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private byte[][] ownKeys(boolean ascending) {
    byte[][] keys = new byte[BATCHES + 1][];
    Random random = new Random(seed);
    for (int i = 1; i <= BATCHES; i++) {
      long number = ascending ? i : random.nextLong() << 20 | i;
      keys[i] = ("own-" + Long.toHexString(number | 1L << 63)).getBytes();
    }
    return keys;
  }

  private static byte[] counterKey(int counter) {
    return ("counter-%04d".formatted(counter)).getBytes();
  }

  private static byte[] value(long number) {
    byte[] value = new byte[8];
    Bytes.putLong(value, 0, number);
    return value;
  }

  private void write() {
    for (int i = 1; i <= BATCHES; i++) {
      byte[] counter = counterKey(i % COUNTERS);
      writer.put(0, counter, value(-1));
      writer.put(0, ownKeys[i], value(i));
      writer.put(1, counter, value(i));
      writer.put(0, counter, value(i));
      limits[i] = writer.end();
      writer.commit();
    }
  }

  private boolean running() {
    return writer.memtable.entries() < 4L * BATCHES;
  }

  /** Returns what a counter holds at a limit, or 0. */
  private long counter(int keyspace, int counter, long limit) {
    FoundEntry found = new FoundEntry();
    return writer.find(keyspace, counterKey(counter), limit, found)
        ? found.memory().get(Bytes.LE_LONG, found.valueOffset())
        : 0;
  }

  /** Batches are whole, and counters never run back. */
  private long readPoints() {
    long reads = 0;
    long[] last = new long[COUNTERS];
    while (running()) {
      long limit = writer.memtable.limit();
      int i = (int) (reads++ % COUNTERS);
      long now = counter(0, i, limit);
      check(now == counter(1, i, limit), "a batch is whole");
      check(now >= last[i], "a counter never runs back");
      last[i] = now;
      check(
          now == 0 || writer.find(0, ownKeys[(int) now], limit, new FoundEntry()),
          "the batch's own key is there");
    }
    return reads;
  }

  /** At an old limit everything stays as it was. */
  private long readOlder() {
    long reads = 0;
    Random random = new Random(seed + 1);
    while (running()) {
      long limit = writer.memtable.limit();
      int newest = newestBatch(limit);
      for (int i = 0; i < 200 && newest > COUNTERS; i++) {
        int batch = newest - random.nextInt(Math.min(newest - COUNTERS, 500));
        int counter = random.nextInt(COUNTERS);
        int expected = batch - Math.floorMod(batch - counter, COUNTERS);
        long held = counter((int) (reads % 2), counter, limits[batch]);
        check(held == expected, held + " instead of " + expected);
        FoundEntry found = new FoundEntry();
        check(writer.find(0, ownKeys[batch], limits[batch], found), "an own key is there");
        check(!writer.find(0, ownKeys[batch], limits[batch - 1], found), "it was not before");
        reads++;
      }
      reads++;
    }
    return reads;
  }

  /** Returns the batch that ends at a limit. */
  private int newestBatch(long limit) {
    long max = 0;
    for (int i = 0; i < COUNTERS; i++) {
      max = Math.max(max, counter(0, i, limit));
    }
    return (int) max;
  }

  /** A cursor sees exactly the keys of the batches before its limit, in strict order, both ways. */
  private long scan() {
    long scans = 0;
    while (running() || scans == 0) {
      long limit = writer.memtable.limit();
      int newest = newestBatch(limit);
      try (InternalCursor cursor = writer.memtable.cursor(0, limit)) {
        int expected = newest + Math.min(newest, COUNTERS);
        byte[] before = new byte[0];
        int seen = 0;
        for (boolean on = cursor.seekFirst(); on; on = cursor.next()) {
          byte[] key = Arrays.copyOf(cursor.key(), cursor.keyLength());
          check(Arrays.compareUnsigned(before, key) < 0, "ascending order");
          before = key;
          seen++;
        }
        assertThat(seen).isEqualTo(expected);
        for (boolean on = cursor.seekLast(); on; on = cursor.previous()) {
          byte[] key = Arrays.copyOf(cursor.key(), cursor.keyLength());
          int order = Arrays.compareUnsigned(key, before);
          check(seen == expected ? order == 0 : order < 0, "descending order");
          before = key;
          seen--;
        }
        assertThat(seen).isZero();
      }
      scans++;
    }
    return scans;
  }

  /** As an assertion that costs nothing while it holds. */
  private static void check(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  @Test
  void aClosedArenaShowsAsItIs() {
    Arena arena = Arena.ofShared();
    LogWriter log = new LogWriter(arena.allocate(1 << 16));
    byte[] key = counterKey(1);
    log.put(0, key, value(1));
    long limit = log.commit();
    InternalCursor cursor = log.memtable.cursor(0, limit);
    arena.close();
    assertThatThrownBy(() -> log.find(0, key, limit, new FoundEntry()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThatThrownBy(cursor::seekFirst).isInstanceOf(IllegalStateException.class);
  }
}
