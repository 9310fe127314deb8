package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that a process killed at any moment loses nothing that it acknowledged: while it opens,
 * writes, compacts, closes, and while it opens what the one before left that was killed, too.
 * {@code -Dlong=MINUTES} goes on with more seeds.
 */
final class KillTest {
  private static final int KILLS = Integer.getInteger("kill.rounds", 300);
  private static final long SEED = Long.getLong("seed", 9);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));

  /** A database that is killed more often grows so large that checking it takes all the time. */
  private static final int KILLS_OF_ONE = 25;

  /** How often a process must be killed during each of the moments. */
  private static final int LEAST_OF_A_MOMENT = 20;

  private static final int THREADS = 2;

  @Test
  void nothingAcknowledgedIsLostAndBatchesAreWhole(@TempDir Path directory) throws Exception {
    long begin = System.nanoTime();
    List<KillRun> runs = new ArrayList<>();
    long seed = SEED;
    do {
      List<Future<KillRun>> futures = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        for (int kills = 0; kills < KILLS; kills += KILLS_OF_ONE) {
          int own = Math.min(KILLS_OF_ONE, KILLS - kills);
          var run = new KillRun(directory.resolve("db" + seed), seed++);
          futures.add(
              threads.submit(() -> {
                run.kill(own);
                return run;
              }));
        }
      }
      for (Future<KillRun> future : futures) {
        runs.add(result(future));
      }
    } while (System.nanoTime() - begin < LONG_NANOS);
    int kills = runs.stream().mapToInt(KillRun::kills).sum();
    System.out.printf(
        "kills: %d times kill -9 (%s), %d closed before, %,d batches acknowledged, 0 lost, 0 torn,"
            + " seeds %d to %d, %d s%n",
        kills,
        KillRun.moments(runs),
        runs.stream().mapToInt(KillRun::closed).sum(),
        runs.stream().mapToLong(KillRun::acknowledged).sum(),
        SEED,
        seed - 1,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    ProofTable.record(ProofTable.Row.KILLS, kills);
    assertThat(kills).as("kills").isGreaterThanOrEqualTo(KILLS);
    for (KilledWriter.Moment moment : KilledWriter.Moment.values()) {
      assertThat(KillRun.kills(runs, moment))
          .as("kills, %s", moment)
          .isGreaterThanOrEqualTo(KILLS >= 300 ? LEAST_OF_A_MOMENT : 0);
    }
  }

  private static KillRun result(Future<KillRun> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    }
  }
}
