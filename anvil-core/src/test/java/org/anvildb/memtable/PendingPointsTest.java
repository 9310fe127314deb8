package org.anvildb.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.wal.BatchEncoder;
import org.junit.jupiter.api.Test;

/** The newest operations, which are not in the point index's tables yet, are found all the same. */
final class PendingPointsTest {
  private static final int BATCHES = 20_000;

  private static byte[] key(int number) {
    return "key-%07d".formatted(number).getBytes();
  }

  private static byte[] value(long number) {
    byte[] value = new byte[Long.BYTES];
    Bytes.putLong(value, 0, number);
    return value;
  }

  private static long number(FoundEntry found) {
    return found.memory().get(Bytes.LE_LONG, found.valueOffset());
  }

  @Test
  void allIsFoundAfterEachPutAtItsOwnLimitAndAtEachOlderOne() {
    LogWriter writer = LogWriter.onHeap(1 << 14);
    long[] limits = new long[5 * PendingPoints.CAPACITY];
    FoundEntry found = new FoundEntry();
    for (int i = 0; i < limits.length; i++) {
      writer.put(1, key(i), value(i));
      limits[i] = writer.commit();
      for (int at = 0; at <= i; at++) {
        for (int k = 0; k <= i; k++) {
          assertThat(writer.find(1, key(k), limits[at], found)).isEqualTo(k <= at);
        }
        assertThat(writer.find(0, key(at), limits[i], found)).isFalse();
      }
    }
  }

  @Test
  void ofVersionsThatArePendingTogetherTheNewestBelowTheLimitIsFound() {
    LogWriter writer = LogWriter.onHeap(1 << 14);
    Random random = new Random(1);
    List<Long> limits = new ArrayList<>();
    List<long[]> history = new ArrayList<>();
    long[] newest = new long[3];
    FoundEntry found = new FoundEntry();
    for (int i = 1; i < 120; i++) {
      int k = random.nextInt(newest.length);
      boolean deletes = random.nextInt(4) == 0;
      newest[k] = deletes ? -i : i;
      if (deletes) {
        writer.delete(0, key(k));
      } else {
        writer.put(0, key(k), value(i));
      }
      if (random.nextInt(3) == 0) {
        continue;
      }
      limits.add(writer.commit());
      history.add(newest.clone());
      for (int at = 0; at < limits.size(); at++) {
        for (int j = 0; j < newest.length; j++) {
          long expected = history.get(at)[j];
          assertThat(writer.find(0, key(j), limits.get(at), found)).isEqualTo(expected != 0);
          if (expected < 0) {
            assertThat(found.tombstone()).isTrue();
          } else if (expected > 0) {
            assertThat(number(found)).isEqualTo(expected);
          }
        }
      }
    }
  }

  /**
   * Two keys in turns, then some of their own: so a key is often pending twice, and older before.
   */
  @Test
  void besideTheWriterTheNewestVersionIsFound() throws Exception {
    long seed = new Random().nextLong();
    long[] limits = new long[BATCHES + 1];
    try (Arena arena = Arena.ofShared();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      LogWriter writer = new LogWriter(arena.allocate(8 << 20));
      List<Future<Long>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        readers.add(threads.submit(() -> readBeside(writer, limits)));
      }
      Random random = new Random(seed);
      for (int i = 1; i <= BATCHES; i++) {
        writer.put(0, key(0), value(i));
        for (int j = random.nextInt(4); j > 0; j--) {
          writer.put(0, key(random.nextInt(10_000) + 1), value(i));
        }
        limits[i] = writer.end();
        writer.commit();
      }
      for (Future<Long> reader : readers) {
        assertThat(reader.get()).isPositive();
      }
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + seed, e);
    }
  }

  private static long readBeside(LogWriter writer, long[] limits) {
    long reads = 0;
    long batch = 0;
    while (batch < BATCHES) {
      long limit = writer.memtable.limit();
      FoundEntry found = new FoundEntry();
      if (!writer.find(0, key(0), limit, found)) {
        if (limit != 0) {
          throw new AssertionError("nothing found at " + limit);
        }
        continue;
      }
      batch = number(found);
      reads++;
      if (limits[(int) batch] != limit) {
        throw new AssertionError("batch " + batch + " at " + limit);
      }
    }
    return reads;
  }

  @Test
  void aSampleHoldsThemToo() {
    LogWriter writer = LogWriter.onHeap(1 << 12);
    writer.put(0, key(1), value(1));
    writer.delete(0, key(2));
    writer.commit();
    List<String> sample = new ArrayList<>();
    writer.memtable.sample(
        100,
        (keyspace, key, length, tombstone) ->
            sample.add(new String(Arrays.copyOf(key, length)) + tombstone));
    assertThat(sample).containsExactly("key-0000001false", "key-0000002true");
  }

  @Test
  void aBatchIsIndexedFromTheHeapAsFromTheLog() {
    int start = 64;
    MemorySegment log = MemorySegment.ofArray(new byte[1 << 16]);
    Memtable memtable = new Memtable(log, 7, LogWriter.SEED);
    BatchEncoder batch = new BatchEncoder();
    byte[][] keys = {key(1), new byte[0], new byte[3], new byte[300], key(2), new byte[64]};
    for (int i = 0; i < keys.length; i++) {
      if (i == 2) {
        batch.delete(i, keys[i]);
      } else {
        batch.put(i, keys[i], value(i));
      }
    }
    MemorySegment.copy(
        batch.buffer(), batch.firstOperation(), log, ValueLayout.JAVA_BYTE, start, batch.bytes());
    memtable.insert(batch, start);
    memtable.publish(start + batch.bytes());

    FoundEntry found = new FoundEntry();
    for (int i = 0; i < keys.length; i++) {
      long hash = KeyHash.hash(keys[i], keys[i].length, LogWriter.SEED);
      long limit = memtable.limit();
      assertThat(memtable.find(i, keys[i], keys[i].length, hash, limit, found)).isTrue();
      assertThat(found.tombstone()).isEqualTo(i == 2);
      if (i != 2) {
        assertThat(number(found)).isEqualTo(i);
      }
    }
    assertThat(memtable.tombstones()).isEqualTo(1);
    assertThat(memtable.keyspaces()).containsExactly(0, 1, 2, 3, 4, 5);
  }
}
