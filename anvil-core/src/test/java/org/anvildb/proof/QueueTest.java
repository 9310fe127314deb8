package org.anvildb.proof;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Queues leave long runs of deleted keys behind, which cursors learn to leap over. Holds that they
 * leap over nothing that is there: whatever is put, wherever it is stored, in each view.
 */
final class QueueTest {
  private static final long SEED = Long.getLong("seed", 20_261_125);
  private static final int STEPS = 12_000;
  private static final int QUEUES = 3;
  private static final int THREADS = 3;

  static List<Setting> settings() {
    return Setting.eight();
  }

  private static byte[] key(int queue, long number) {
    return "q%d/%08d".formatted(queue, number).getBytes(US_ASCII);
  }

  private static KeyRange range(int queue) {
    byte[] prefix = "q%d/".formatted(queue).getBytes(US_ASCII);
    return queue == 0 ? KeyRange.all() : KeyRange.prefix(prefix);
  }

  private static NavigableMap<byte[], byte[]> part(ByteMap model, KeyRange range) {
    return model.range(range.from(), range.to());
  }

  /** A snapshot and what it must show. */
  private record Frozen(Snapshot snapshot, ByteMap model) {}

  @ParameterizedTest
  @MethodSource("settings")
  void queuesAnswerLikeTheModel(
      Setting setting, @TempDir(factory = MemoryDirectory.class) Path directory) {
    Random random = new Random(SEED);
    ByteMap[] models = {new ByteMap(), new ByteMap()};
    long[] tails = new long[QUEUES];
    Frozen frozen = null;
    try (Database db = setting.open(directory, SEED)) {
      Keyspace[] keyspaces = {db, db.keyspace("second")};
      for (int step = 0; step < STEPS; step++) {
        int k = random.nextInt(8) == 0 ? 1 : 0;
        int queue = random.nextInt(QUEUES);
        ByteMap model = models[k];
        // Longer phases in which the queues grow, shrink, and run empty.
        boolean growing = step / 1500 % 3 == 0;
        int dice = random.nextInt(100);
        if (dice < (growing ? 60 : 20)) {
          push(db, keyspaces[k], model, key(queue, tails[queue]++), random);
        } else if (dice < 90) {
          pop(keyspaces[k], model, range(queue), random);
        } else if (dice < 93) {
          push(db, keyspaces[k], model, key(queue, random.nextLong(tails[queue] + 1)), random);
        } else if (dice < 98) {
          look(keyspaces[k], model, random, tails);
        } else if (dice < 99 && k == 0) {
          if (frozen != null) {
            walk(frozen.snapshot().cursor(), frozen.model(), KeyRange.all(), random, tails);
            frozen.snapshot().close();
          }
          frozen = new Frozen(db.snapshot(), new ByteMap(model));
        } else if (random.nextInt(20) == 0) {
          db.compact();
        }
      }
      look(keyspaces[0], models[0], random, tails);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("setting " + setting + ", -Dseed=" + SEED, e);
    }
  }

  private static void push(
      Database db, Keyspace keyspace, ByteMap model, byte[] key, Random random) {
    byte[] value = new byte[random.nextInt(40)];
    random.nextBytes(value);
    if (random.nextInt(5) == 0) {
      // Within one batch the last operation on a key counts.
      WriteBatch batch = db.newBatch();
      batch.put(keyspace, key, value).delete(keyspace, key);
      if (random.nextBoolean()) {
        batch.put(keyspace, key, value);
        model.put(key, value);
      } else {
        model.delete(key);
      }
      db.write(batch);
    } else {
      keyspace.put(key, value);
      model.put(key, value);
    }
  }

  private static void pop(Keyspace keyspace, ByteMap model, KeyRange range, Random random) {
    Map.Entry<byte[], byte[]> expected = part(model, range).firstEntry();
    byte[] key;
    try (Cursor cursor = keyspace.cursor(range)) {
      boolean found = random.nextBoolean() ? cursor.first() : cursor.next();
      assertThat(found).isEqualTo(expected != null);
      if (expected == null) {
        return;
      }
      key = cursor.key();
      assertThat(key).isEqualTo(expected.getKey());
      assertThat(cursor.value()).isEqualTo(expected.getValue());
    }
    keyspace.delete(key);
    model.delete(key);
  }

  private static void look(Keyspace keyspace, ByteMap model, Random random, long[] tails) {
    KeyRange range =
        switch (random.nextInt(3)) {
          case 0 -> range(random.nextInt(QUEUES));
          case 1 -> KeyRange.atLeast(anyKey(random, tails));
          default -> KeyRange.lessThan(anyKey(random, tails));
        };
    walk(keyspace.cursor(range), model, range, random, tails);
  }

  private static void walk(
      Cursor opened, ByteMap model, KeyRange range, Random random, long[] tails) {
    try (Cursor cursor = opened) {
      new CursorWalk(cursor, part(model, range), random)
          .moves(1 + random.nextInt(30), () -> anyKey(random, tails));
    }
  }

  private static byte[] anyKey(Random random, long[] tails) {
    int queue = random.nextInt(QUEUES);
    return key(queue, random.nextLong(tails[queue] + 1));
  }

  /** Whoever has put a key finds it or a lesser one first, until it deletes its key. */
  @ParameterizedTest
  @MethodSource("settings")
  void writersFindWhatTheyPutAmidOthersWhoPutAndDelete(
      Setting setting, @TempDir(factory = MemoryDirectory.class) Path directory) throws Exception {
    if (!setting.threads()) {
      return;
    }
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        Database db = setting.open(directory, SEED)) {
      List<Future<Integer>> done = new ArrayList<>();
      for (int thread = 0; thread < THREADS; thread++) {
        Callable<Integer> worker = worker(db, thread);
        done.add(threads.submit(worker));
      }
      for (Future<Integer> worker : done) {
        assertThat(worker.get()).isEqualTo(STEPS);
      }
      try (Cursor cursor = db.cursor()) {
        assertThat(cursor.first()).isFalse();
      }
    }
  }

  private static Callable<Integer> worker(Database db, int thread) {
    return () -> {
      Random random = new Random(SEED + thread);
      byte[] value = new byte[20];
      int steps = 0;
      while (steps < STEPS) {
        // A run of deleted keys, then a put somewhere in what all have deleted.
        long number = (steps / 40) * 10L + random.nextInt(40);
        byte[] own = "%08d-%d".formatted(number, thread).getBytes(US_ASCII);
        db.put(own, value);
        try (Cursor cursor = db.cursor()) {
          assertThat(cursor.first()).isTrue();
          assertThat(Arrays.compareUnsigned(cursor.key(), own)).isNotPositive();
        }
        db.delete(own);
        steps++;
      }
      return steps;
    };
  }
}
