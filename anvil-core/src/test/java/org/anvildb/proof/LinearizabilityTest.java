package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Holds that the whole database is linearizable under real threads: gets, puts, deletes,
 * conditional writes, batches over two keyspaces, their asynchronous forms, snapshots and cursors,
 * while tiny memtables are frozen, flushed and merged, and over closing and opening.
 *
 * <p>In half of the histories batches and views join all keys to one object, and a snapshot must
 * see exactly as many writes as its sequence tells. In the others each key is an object.
 */
final class LinearizabilityTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long MINUTES = Long.getLong("long", 0);
  private static final boolean REPEATS = System.getProperty("seed") != null;
  private static final int HISTORIES = REPEATS ? 1 : 24;
  private static final int LIVES = 3;
  private static final int CALLS = 600;

  @Test
  void everyCallTakesEffectAtOneMoment() throws InterruptedException {
    long end = System.nanoTime() + MINUTES * 60_000_000_000L;
    long calls = 0;
    long flushes = 0;
    long merges = 0;
    int most = 0;
    int histories = 0;
    for (int i = 0; i < HISTORIES || System.nanoTime() < end; i++) {
      for (boolean joins : new boolean[] {false, true}) {
        var history = new ConcurrentHistory(SEED + i, joins);
        history.run(LIVES, CALLS);
        calls += history.calls();
        flushes += history.flushes();
        merges += history.merges();
        most = Math.max(most, history.most());
        histories++;
      }
    }
    System.out.printf(
        "linearizability: %,d histories, %,d calls, %,d flushes, %,d merges,"
            + " at most %,d configurations, 0 violations%n",
        histories, calls, flushes, merges, most);
    assertThat(calls).isGreaterThan(REPEATS ? 0 : 300_000);
    assertThat(flushes).isGreaterThan(REPEATS ? 0 : 1_000);
    assertThat(merges).isPositive();
    assertThat(most).as("calls that overlap").isGreaterThan(4);
  }
}
