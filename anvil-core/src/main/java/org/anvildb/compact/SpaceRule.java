package org.anvildb.compact;

/**
 * How much space a database may take that is overwritten again and again. Pure and immutable.
 *
 * <p>The bound is {@value #FACTOR} times what its tables hold that counts, or that and {@value
 * #FLOOR_MEMTABLES} memtables, whichever is more: small data is not worth the trouble. Under the
 * bound there has to be room for the log, for what merges write before their inputs go, and for
 * garbage. What is left for garbage decides when level 0 is merged and how fast writers may be: so
 * who only adds entries, and makes no garbage, is never slowed down for its sake.
 */
public final class SpaceRule {
  /** Level 0 is due, however busy writers are, at this share of the garbage that may be. */
  static final double DUE_SHARE = 0.75;

  private static final double FACTOR = 2.75;
  private static final int FLOOR_MEMTABLES = 6;

  /** This share of what counts may always be garbage: merging more often gains little. */
  private static final int FREE_SHARE = 4;

  /** Memtables are smaller while more than this share of what is written overwrites. */
  private static final double OVERWRITING = 0.5;

  /** What counts, in the memtables that it should be at least. */
  private static final int LIVE_MEMTABLES = 16;

  /** A memtable is never smaller than this share of its full size. */
  private static final int SMALLEST_MEMTABLE = 2;

  /** As much of a merge is written, at most, while the inputs of the one before still exist. */
  private static final int RETIRED_SHARE = 4;

  private final long memtableBytes;

  /**
   * Makes the rule of a database.
   *
   * @param memtableBytes the size of a memtable, as the options say
   */
  public SpaceRule(long memtableBytes) {
    this.memtableBytes = memtableBytes;
  }

  /** Returns the garbage that there is as a share of what may be: at 1 the bound is reached. */
  public double share(SpaceUse use) {
    return use.garbageBytes() / (double) Math.max(1, garbageBytes(use));
  }

  /** Tells whether merging should begin, however busy writers are. */
  public boolean isShort(SpaceUse use) {
    return share(use) >= DUE_SHARE;
  }

  /**
   * Returns the size that memtables should have: the log holds several of them, and each is another
   * part of the space that small data takes.
   *
   * @param liveBytes what counts
   * @param overwrittenShare the share of what was written lately that overwrote something
   */
  public long memtableBytes(long liveBytes, double overwrittenShare) {
    long bytes = memtableBytes;
    if (overwrittenShare < OVERWRITING) {
      return bytes;
    }
    while (bytes > memtableBytes / SMALLEST_MEMTABLE && bytes > liveBytes / LIVE_MEMTABLES) {
      bytes /= 2;
    }
    return bytes;
  }

  /** Returns how much garbage there may be. */
  private long garbageBytes(SpaceUse use) {
    long live = use.liveBytes();
    long bound = Math.max((long) (FACTOR * live), live + FLOOR_MEMTABLES * memtableBytes);
    // What was merged is deleted before the next merge has written much.
    long merging =
        Math.max(use.mergingBytes(), use.retiredBytes() + use.mergingBytes() / RETIRED_SHARE);
    long expected = Math.min(live, LevelScores.tableBytes(memtableBytes));
    return Math.max(live / FREE_SHARE, bound - live - Math.max(merging, expected) - use.logBytes());
  }
}
