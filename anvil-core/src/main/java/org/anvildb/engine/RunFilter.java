package org.anvildb.engine;

/**
 * Which of up to {@value #FLUSHES} flushes may hold a key: one filter for all of them, in place of
 * one look into each. A get of a key in level 0's tenth run, or in none of them, costs one cold
 * line of memory here, and else one for each run.
 *
 * <p>A key's hash chooses a cell, and the cell has a bit for each flush: set if that flush wrote
 * any key of this cell. There are {@value #CELLS_PER_KEY} cells or more for each key of the flush
 * that the filter was made for, and half as many or more for the others, so a run is looked into in
 * vain by one get in 4 to 8 at most; fewer cells where the heap is small, of which a filter takes a
 * {@value #HEAP_SHARE}th at most.
 *
 * <p>Bits are set, never taken back, and no bit is given twice: a get may still stand on a state of
 * long ago, and would miss a key if its bit went. When the bits are used up, the next filter
 * begins. This one goes when no table of its flushes is left in level 0; should these stay, it
 * becomes {@linkplain #saturate saturated}, takes no room, and tells nothing. Rejected: counting
 * filters, which change under readers; a filter for each run, which is a cold line each.
 *
 * <p>Written by the one flush that runs; the state that shows the tables of the flush is published
 * afterwards, which makes its bits visible to whoever reads that state.
 */
final class RunFilter {
  static final int FLUSHES = 16;
  private static final int CELLS_PER_KEY = 8;
  private static final int MIN_CELLS = 1 << 10;
  private static final int MOST_CELLS = 1 << 24;
  private static final int HEAP_SHARE = 64;
  private static final int MAX_CELLS =
      (int)
          Math.clamp(
              Long.highestOneBit(Runtime.getRuntime().maxMemory() / HEAP_SHARE / Short.BYTES),
              (long) MIN_CELLS,
              (long) MOST_CELLS);

  /** One cell for all keys, of all flushes. Never written. */
  private static final short[] SATURATED = {-1};

  private final int shift;
  private short[] cells;
  private int flushes;

  /** Makes a filter for flushes of about so many keys. */
  RunFilter(long keys) {
    long wanted = Math.clamp(keys * CELLS_PER_KEY, (long) MIN_CELLS, (long) MAX_CELLS);
    int bits = Long.SIZE - Long.numberOfLeadingZeros(wanted - 1);
    this.cells = new short[1 << bits];
    this.shift = Long.SIZE - bits;
  }

  /** Tells whether another flush of so many keys has a bit, and the cells for it. */
  boolean hasRoom(long keys) {
    return flushes < FLUSHES
        && (keys <= cells.length / (CELLS_PER_KEY / 2) || cells.length == MAX_CELLS);
  }

  /** Gives a flush its bit. */
  int begin() {
    return 1 << flushes++;
  }

  /** Notes that the flush with a bit holds a key. */
  void add(long hash, int bit) {
    short[] all = cells;
    all[cell(hash, all.length)] |= (short) bit;
  }

  /** Returns the bits of the flushes that may hold a key. */
  int at(long hash) {
    short[] all = cells;
    return all[cell(hash, all.length)] & 0xffff;
  }

  /**
   * Gives the cells up: from now on any flush may hold any key. Readers may see that late, or
   * never, and are right in any case. Not to be called while a flush that has a bit here is being
   * written.
   */
  void saturate() {
    cells = SATURATED;
    flushes = FLUSHES;
  }

  /** The hash is mixed once more: tables take their bucket from its upper bits, too. */
  private int cell(long hash, int count) {
    return (int) (hash * 0x9E3779B97F4A7C15L >>> shift) & count - 1;
  }
}
