package org.anvildb.wal;

/**
 * Says how many threads a force had better serve: as many as took part in the round before.
 *
 * <p>Threads that write one synced batch after the other come back a few microseconds after they
 * were served. If the first of them forced at once, it would force for itself alone, the others
 * would share the next force, and so on in turns: two forces for each batch of each thread. One
 * force is enough if the last of them to come back leads. Measured once each on a prototype, four
 * threads, forces of 120 to 150 us: 2,060 forces for 5,000 batches without gathering, 1,350 with
 * it.
 *
 * <p>Gathering only pays if the others come. When it was in vain the next rounds don't gather,
 * twice as many each time, up to a bound. A single thread never gathers.
 *
 * <p>Not thread-safe: belongs to the lock of {@link GroupCommit}.
 */
final class GroupSize {
  /**
   * How long the first of a group waits for the last: about as long as a force, so that a wait in
   * vain costs no more than the two forces that it is to save one of.
   */
  static final long GATHER_NANOS = 90_000;

  private static final int MAX_PAUSE_ROUNDS = 64;

  private int expected;
  private int pauseRounds;
  private int roundsToPause;

  /** Tells whether a force should wait for more than those that are there. */
  boolean shouldGather(int present) {
    return present < expected && roundsToPause == 0;
  }

  /** Notes that all who were expected came. */
  void gathered() {
    pauseRounds = 0;
  }

  /** Notes that somebody who was expected did not come in time. */
  void gatheredInVain() {
    pauseRounds = Math.min(MAX_PAUSE_ROUNDS, 2 * pauseRounds + 1);
    roundsToPause = pauseRounds;
  }

  /**
   * Notes the end of a round.
   *
   * @param threads how many it served, and how many came meanwhile
   */
  void roundOver(int threads) {
    expected = threads;
    if (roundsToPause > 0) {
      roundsToPause--;
    }
  }
}
