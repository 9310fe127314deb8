package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;

/**
 * Holds that batches, compare-and-set and views together are strictly serializable: threads append
 * to lists and read them while tiny memtables are flushed and merged, and what each saw may not
 * depend on itself in any circle; see {@link ListHistory}.
 */
final class ListAppendTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int STRETCHES = 40;
  private static final int WRITERS = 3;
  private static final int READERS = 2;
  private static final int EACH = 200;

  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger numbers = new AtomicInteger();
  private long appends;
  private long reads;

  @Test
  void nothingDependsOnItself() throws InterruptedException {
    long end = System.nanoTime() + MINUTES * 60_000_000_000L;
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(16)).frozenMemtables(2).build();
    var scheduler = new ThreadScheduler("lists", 1);
    try (Database db = Anvil.open(new MemoryStorage(), scheduler, new Random(SEED), options)) {
      int stretch = 0;
      while (stretch < STRETCHES || System.nanoTime() < end) {
        run(new ListAppendRun(db, stretch, clock, numbers), new Random(SEED + stretch));
        stretch++;
      }
      var background = db.stats().background();
      System.out.printf(
          "list appends: %,d transactions and %,d reads in %,d stretches,"
              + " %,d flushes, %,d merges, 0 anomalies%n",
          appends, reads, stretch, background.flushes(), background.compactions());
      assertThat(appends).isGreaterThanOrEqualTo((long) STRETCHES * WRITERS * EACH);
      assertThat(reads).isGreaterThanOrEqualTo((long) STRETCHES * READERS * EACH);
      assertThat(background.flushes()).isGreaterThan(100);
      assertThat(background.compactions()).isPositive();
    }
  }

  private void run(ListAppendRun lists, Random random) throws InterruptedException {
    List<FutureTask<List<ListTransaction>>> tasks = new ArrayList<>();
    for (int thread = 0; thread < WRITERS + READERS; thread++) {
      boolean writes = thread < WRITERS;
      Random its = new Random(random.nextLong());
      var task =
          new FutureTask<>(() -> {
            List<ListTransaction> done = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
              done.add(writes ? lists.append(its) : lists.read(its));
            }
            return done;
          });
      tasks.add(task);
      Thread.ofPlatform().start(task);
    }
    List<ListTransaction> history = new ArrayList<>();
    for (var task : tasks) {
      try {
        history.addAll(task.get());
      } catch (ExecutionException e) {
        throw new AssertionError("-Dseed=" + SEED, e.getCause());
      }
    }
    history.add(lists.readAll(false));
    assertThat(ListHistory.anomalies(history)).as("-Dseed=%s", SEED).isEmpty();
    appends += WRITERS * EACH;
    reads += READERS * EACH + 1;
  }
}
