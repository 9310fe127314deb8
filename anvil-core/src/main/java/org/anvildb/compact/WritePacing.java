package org.anvildb.compact;

/**
 * How fast writers may write, from how far flush and compaction are behind. Pure and immutable; the
 * numbers it takes may be read without a lock.
 *
 * <p>The answer is the least time that a byte must take, which grows smoothly from nothing to so
 * much that writing nearly stands still: a writer that is too fast is slowed to the pace of the
 * merger, in many short pauses, and no write ever meets a wall. Only full memory is a wall ({@link
 * #mayFreeze}), and the pace before it is such that the flusher gets there first.
 *
 * <p>A pace and not a delay: a writer that is slower than the pace anyway never waits.
 */
public final class WritePacing {
  /** Up to as many runs in level 0 writers are free. */
  public static final int FREE_LEVEL_ZERO_RUNS = 12;

  /** Up to this share of the garbage that may be writers are free. */
  public static final double FREE_SPACE_SHARE = 0.9;

  /** Near this share of the garbage that may be writers stand nearly still. */
  public static final double FULL_SPACE_SHARE = 1.2;

  /** Near as many runs in level 0 writers stand nearly still. */
  public static final int FULL_LEVEL_ZERO_RUNS = 36;

  /**
   * A pause shorter than this is put off, and added to the next: a few longer pauses keep all but
   * one write in thousands as fast as ever, many short ones would touch one in a hundred.
   */
  public static final long MIN_PAUSE_NANOS = 5_000_000;

  /** No write pauses longer than this at once; the rest is put off. */
  public static final long MAX_PAUSE_NANOS = 20_000_000;

  /** What large writes put off is forgotten beyond this: the pace may have changed long since. */
  public static final long MAX_DEBT_NANOS = 1_000_000_000;

  /** The slowest pace: 1 MB/s. */
  private static final double MAX_NANOS_PER_BYTE = 1000;

  /** The pace in the middle between free and full: 100 MB/s. */
  private static final double MIDDLE_NANOS_PER_BYTE = 10;

  /** The pace with one memtable of free memory left, but for what is free anyway. */
  private static final double MEMORY_NANOS_PER_BYTE = 2;

  /** Room should last this much longer than it is needed for. */
  private static final double SPARE = 1.2;

  /** So many memtables may wait at most, however small they are. */
  private static final int MAX_SMALL_FROZEN = 16;

  private static final int FREE_DEBT_MEMTABLES = 256;
  private static final int FULL_DEBT_MEMTABLES = 1024;

  private final long memtableBytes;
  private final int frozenLimit;

  /**
   * Makes the pacing of a database.
   *
   * @param memtableBytes the size of a memtable
   * @param frozenLimit how many frozen memtables may wait
   */
  public WritePacing(long memtableBytes, int frozenLimit) {
    this.memtableBytes = memtableBytes;
    this.frozenLimit = frozenLimit;
  }

  /**
   * Tells whether one more memtable may be frozen; if not, a writer that needs room must wait.
   * Small ones, as at the start, count by their bytes.
   *
   * @param frozen how many memtables wait to be flushed
   * @param frozenLimit how many may wait, whatever their size
   * @param frozenBytes what they hold
   * @param byteLimit how much small ones may hold together
   */
  public static boolean mayFreeze(int frozen, int frozenLimit, long frozenBytes, long byteLimit) {
    return frozen < frozenLimit || frozen < MAX_SMALL_FROZEN && frozenBytes < byteLimit;
  }

  /**
   * Returns the least time that a written byte must take; 0 if writers are free.
   *
   * @param levelZeroRuns the runs in level 0 of the keyspace that has most
   * @param debtBytes what compaction has to write, see {@link LevelScores#debtBytes()}, in all
   *     keyspaces together
   * @param memoryBytes the log bytes in all memtables, frozen or not
   * @param spaceShare the garbage on disk, see {@link SpaceRule#share}
   */
  public double nanosPerByte(
      int levelZeroRuns, long debtBytes, long memoryBytes, double spaceShare) {
    double levelZero = pace(levelZeroRuns, FREE_LEVEL_ZERO_RUNS, FULL_LEVEL_ZERO_RUNS);
    double debt =
        pace((double) debtBytes / memtableBytes, FREE_DEBT_MEMTABLES, FULL_DEBT_MEMTABLES);
    double space = pace(spaceShare, FREE_SPACE_SHARE, FULL_SPACE_SHARE);
    return Math.max(Math.max(levelZero, debt), Math.max(space, memoryPace(memoryBytes)));
  }

  /**
   * Returns the least time that a written byte must take so that writers do not get to the end of
   * their room before a while is over, with a little to spare.
   *
   * @param nanos how long the room has to last
   * @param roomBytes what may be written meanwhile
   */
  public static double nanosPerByte(long nanos, long roomBytes) {
    return Math.min(MAX_NANOS_PER_BYTE, SPARE * nanos / Math.max(1, roomBytes));
  }

  /**
   * Returns how long to pause before the next write.
   *
   * @param dueNanos when, at the pace asked for, all that was written would have been written
   * @param nowNanos the time now
   * @return 0, or from {@link #MIN_PAUSE_NANOS} to {@link #MAX_PAUSE_NANOS}
   */
  public static long pauseNanos(long dueNanos, long nowNanos) {
    long ahead = dueNanos - nowNanos;
    return ahead < MIN_PAUSE_NANOS ? 0 : Math.min(ahead, MAX_PAUSE_NANOS);
  }

  /**
   * Returns when a write would be done at a pace: what a writer adds up, under the commit lock, and
   * hands to {@link #pauseNanos}.
   *
   * @param dueNanos the result for the write before; time that nobody used is lost, and no more
   *     than {@link #MAX_DEBT_NANOS} is put off
   * @param nowNanos the time now
   * @param bytes the size of the write
   * @param nanosPerByte the pace
   */
  public static long dueNanos(long dueNanos, long nowNanos, long bytes, double nanosPerByte) {
    long start = dueNanos - nowNanos > 0 ? dueNanos : nowNanos;
    return Math.min(start + (long) (bytes * nanosPerByte), nowNanos + MAX_DEBT_NANOS);
  }

  private static double pace(double value, double free, double full) {
    double share = (value - free) / (full - free);
    if (share <= 0) {
      return 0;
    }
    return share >= 1
        ? MAX_NANOS_PER_BYTE
        : Math.min(MAX_NANOS_PER_BYTE, MIDDLE_NANOS_PER_BYTE * share / (1 - share));
  }

  private double memoryPace(long memoryBytes) {
    double room = frozenLimit + 1 - (double) memoryBytes / memtableBytes;
    double freeRoom = (frozenLimit + 1) / 2.0;
    if (room >= freeRoom) {
      return 0;
    }
    double pace = MEMORY_NANOS_PER_BYTE * (1 / Math.max(room, 1e-6) - 1 / freeRoom);
    return Math.min(MAX_NANOS_PER_BYTE, pace);
  }
}
