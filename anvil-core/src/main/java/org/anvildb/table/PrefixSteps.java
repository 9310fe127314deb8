package org.anvildb.table;

import java.util.Arrays;

/**
 * How many first bytes the keys of each part of a table share with its smallest key. Entries do not
 * store them.
 *
 * <p>Keys ascend, so the shared length only falls along the file: a list of (offset of a block,
 * length from there on) of a few elements tells it, and the last one rules most of the table: a
 * reader needs one comparison.
 *
 * <p>Rejected: a prefix for each block (a point read would touch the block's header too), and one
 * for the table (its writer would have to know the last key first). Immutable.
 */
final class PrefixSteps {
  private final long[] starts;
  private final int[] lengths;
  private final int last;
  private final long lastStart;
  private final int lastLength;

  /** Takes ownership of the arrays; the first start is 0. */
  PrefixSteps(long[] starts, int[] lengths) {
    this.starts = starts;
    this.lengths = lengths;
    this.last = starts.length - 1;
    this.lastStart = starts[last];
    this.lastLength = lengths[last];
  }

  /** Returns the length for an offset of a block or an entry. */
  int at(long offset) {
    return offset >= lastStart ? lastLength : search(offset);
  }

  private int search(long offset) {
    int i = Arrays.binarySearch(starts, offset);
    return lengths[i >= 0 ? i : -i - 2];
  }

  /** Returns the length that all keys share. */
  int shortest() {
    return lastLength;
  }

  int count() {
    return starts.length;
  }

  long start(int i) {
    return starts[i];
  }

  int length(int i) {
    return lengths[i];
  }
}
