package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;

/**
 * A tree of samples of sorted heads, on the heap: it leads to the few heads, two cache lines of
 * them, among which a search ends. Immutable, thread-safe.
 *
 * <p>The lowest level has the last head of each group of 16, each further level the last sample of
 * each group of 16, and the top is one group. That is 0.5 bytes a block.
 *
 * <p>A group is halved four times, without a branch on what is found. A binary search of the mapped
 * heads mispredicts every other step, and its steps wait for each other's cache lines. Counting a
 * group's smaller heads one by one waits less, and takes three times as long.
 */
final class HeadSamples {
  private static final int SHIFT = 4;
  private static final int GROUP = 1 << SHIFT;

  /** The top first; heads as signed numbers in the same order, padded with the largest. */
  private final long[][] levels;

  private HeadSamples(long[][] levels) {
    this.levels = levels;
  }

  /** Samples big-endian heads that ascend; the caller has checked the pages that hold them. */
  static HeadSamples of(MemorySegment memory, long start, int count) {
    int depth = 1;
    while (groups(count, depth) > GROUP) {
      depth++;
    }
    long[][] levels = new long[depth][];
    for (int level = depth; level > 0; level--) {
      int samples = groups(count, level);
      long[] of = new long[groups(samples, 1) << SHIFT];
      for (int i = 0; i < of.length; i++) {
        long index = ((i + 1L) << SHIFT * level) - 1;
        of[i] = index < count ? head(memory, start, (int) index) : Long.MAX_VALUE;
      }
      levels[depth - level] = of;
    }
    return new HeadSamples(levels);
  }

  /**
   * Returns where a group of heads starts: the one that has the first head not less than a head, or
   * the last.
   */
  int group(long head) {
    int group = 0;
    for (long[] level : levels) {
      // A group's last head is its sample above, so it is not less, or the last of all is less:
      // then
      // the group behind the last was chosen above, and the last one is looked into.
      int at = Math.min(group << SHIFT, level.length - GROUP);
      at += less(level[at + 7], head) << 3;
      at += less(level[at + 3], head) << 2;
      at += less(level[at + 1], head) << 1;
      group = at + less(level[at], head);
    }
    return group << SHIFT;
  }

  /** Returns how many heads are less than one, given the first of its {@link #group}. */
  static int countLess(MemorySegment memory, long start, int from, int count, long head) {
    if (from + GROUP > count) {
      return countLessOfFew(memory, start, from, count, head);
    }
    // This and the next read wait for different lines, at the same time.
    int last = less(head(memory, start, from + GROUP - 1), head);
    int at = from;
    at += less(head(memory, start, at + 7), head) << 3;
    at += less(head(memory, start, at + 3), head) << 2;
    at += less(head(memory, start, at + 1), head) << 1;
    at += less(head(memory, start, at), head);
    return at + last;
  }

  private static int countLessOfFew(MemorySegment memory, long start, int from, int to, long head) {
    int less = from;
    for (int i = from; i < to; i++) {
      less += less(head(memory, start, i), head);
    }
    return less;
  }

  /** Returns a head as a signed number: sign flipped, it is ordered as the unsigned one was. */
  static long head(MemorySegment memory, long start, int i) {
    return memory.get(Bytes.BE_LONG, start + (long) Bytes.HEAD_BYTES * i) ^ Long.MIN_VALUE;
  }

  private static int groups(int count, int level) {
    return (int) ((count + (1L << SHIFT * level) - 1) >>> SHIFT * level);
  }

  /** Returns 1 if one number is less than another, else 0. */
  private static int less(long a, long b) {
    return (int) (((a & ~b) | ((a | ~b) & (a - b))) >>> 63);
  }
}
