package org.anvildb.proof;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.Stats;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.MemoryStorage;

/**
 * A database that several threads call at once, over few keys, with memtables so small that it
 * always freezes, flushes or merges one; closed and opened again now and then. What was called is
 * held against one order of all calls, or of those of a key where nothing joins keys.
 *
 * <p>One of the threads is a virtual one. What the seed draws is who calls what; when, is up to the
 * machine.
 */
final class ConcurrentHistory {
  private static final int THREADS = 4;

  private static final List<KeyspaceOptions> KEYSPACES =
      List.of(
          new KeyspaceOptions("NONE", FilterPolicy.POINT_INDEX, 512, 2),
          new KeyspaceOptions("LZ4", FilterPolicy.BLOOM, 64, 3),
          new KeyspaceOptions("DEFLATE", FilterPolicy.NONE, 1024, 2),
          new KeyspaceOptions("LZ4", FilterPolicy.POINT_INDEX, 300, 10));

  private final long seed;
  private final boolean joins;
  private final MemoryStorage storage = new MemoryStorage();
  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger values = new AtomicInteger();
  private final List<LinearizabilityCheck> checks = new ArrayList<>();
  private final DatabaseOptions options;
  private long flushes;
  private long merges;

  ConcurrentHistory(long seed, boolean joins) {
    this.seed = seed;
    this.joins = joins;
    this.options =
        DatabaseOptions.builder()
            .memtableBytes(ByteSize.ofKiB(4L << Math.floorMod(seed, 3)))
            .frozenMemtables(1 + (int) Math.floorMod(seed, 3L))
            .blockCacheBytes(ByteSize.ofBytes(2_000))
            .syncInterval(Duration.ofMillis(50))
            .keyspaceDefaults(KEYSPACES.get((int) Math.floorMod(seed, (long) KEYSPACES.size())))
            .build();
  }

  /**
   * Runs and checks.
   *
   * @param lives how often the database is opened
   * @param calls how many calls each thread makes in each life
   */
  void run(int lives, int calls) throws InterruptedException {
    for (int life = 0; life < lives; life++) {
      var scheduler = new ThreadScheduler("history", 1);
      List<RecordedCall> history;
      try (Database db = Anvil.open(storage, scheduler, new Random(seed), options)) {
        db.keyspace("other");
        begin(db);
        history = live(db, new Random(seed * 31 + life), calls);
        Stats.Background background = db.stats().background();
        flushes += background.flushes();
        merges += background.compactions();
      }
      check(history);
    }
  }

  private void begin(Database db) {
    if (!checks.isEmpty()) {
      return;
    }
    long writes;
    try (var snapshot = db.snapshot()) {
      writes = snapshot.sequence();
    }
    for (int i = 0; i < (joins ? 1 : ConcurrentCaller.KEYS); i++) {
      checks.add(new LinearizabilityCheck(ConcurrentCaller.KEYS, writes));
    }
  }

  private List<RecordedCall> live(Database db, Random random, int calls)
      throws InterruptedException {
    List<FutureTask<List<RecordedCall>>> tasks = new ArrayList<>();
    for (int lane = 0; lane < THREADS; lane++) {
      var its = new Random(random.nextLong());
      var caller = new ConcurrentCaller(db, lane, THREADS, its, clock, values, joins);
      tasks.add(start(lane == 0, () -> caller.run(calls)));
    }
    FutureTask<List<RecordedCall>> major =
        start(
            false,
            () -> {
              db.compact();
              return List.of();
            });
    tasks.add(major);
    List<RecordedCall> history = new ArrayList<>();
    for (var task : tasks) {
      try {
        history.addAll(task.get());
      } catch (ExecutionException e) {
        throw new AssertionError("-Dseed=" + seed, e.getCause());
      }
    }
    return history;
  }

  private static <T> FutureTask<T> start(boolean isVirtual, Callable<T> body) {
    var task = new FutureTask<>(body);
    if (isVirtual) {
      Thread.ofVirtual().start(task);
    } else {
      Thread.ofPlatform().start(task);
    }
    return task;
  }

  private void check(List<RecordedCall> history) {
    try {
      if (joins) {
        checks.getFirst().add(history);
        return;
      }
      for (int key = 0; key < ConcurrentCaller.KEYS; key++) {
        int its = key;
        checks.get(key).add(history.stream().filter(call -> call.call().keys()[0] == its).toList());
      }
    } catch (AssertionError e) {
      throw new AssertionError("-Dseed=" + seed + (joins ? " joined: " : " ") + e.getMessage(), e);
    }
  }

  long calls() {
    return checks.stream().mapToLong(LinearizabilityCheck::calls).sum();
  }

  int most() {
    return checks.stream().mapToInt(LinearizabilityCheck::most).max().orElse(0);
  }

  long flushes() {
    return flushes;
  }

  long merges() {
    return merges;
  }
}
