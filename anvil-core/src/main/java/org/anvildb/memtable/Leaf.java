package org.anvildb.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.anvildb.bytes.Bytes;

/**
 * The layout of a leaf of a {@link KeyTree}, and reading it. A leaf is a bare array, so that all of
 * it can be fetched from memory at once; with an object in front, one wait would follow another.
 *
 * <pre>
 *  word  0         1       2      3          4               5        6 .. 11   12 .. 75   76 .. 139
 *        +---------+-------+------+----------+---------------+--------+---------+----------+----------+
 *        | version | count | next | high key | prefix length | run    | prefix  | heads    | payloads |
 *        +---------+-------+------+----------+---------------+--------+---------+----------+----------+
 * </pre>
 *
 * <p>Keys stand in order, each as a head, taken behind the prefix that all keys of the leaf share,
 * and a payload (see {@link VersionChains}). A key that is shorter than the prefix counts as padded
 * with zeros, as heads do; where that makes two keys equal, their lengths decide. Of a long prefix
 * only the start is kept here; the rest is read from the log, from the first key.
 *
 * <p><em>next</em> is the number of the right neighbour, or 0. The <em>high key</em>, an operation
 * or -1, is the first key that is not the leaf's own any more; a reader that looks for a key at or
 * above it came by an outdated path and moves right.
 *
 * <p>One writer ({@link LeafWriter}), any number of readers. The version is odd while the leaf is
 * being changed. A reader calls {@link #startReading}, reads whatever it needs, and believes it
 * only if {@link #changedSince} says no.
 */
final class Leaf {
  /** How many keys fit. */
  static final int CAPACITY = Heads.CAPACITY;

  static final int VERSION = 0;
  static final int COUNT = 1;
  static final int NEXT = 2;
  static final int HIGH = 3;
  static final int PREFIX_LENGTH = 4;

  /** The writer's own: the last insert's position, and how many in a row were made in order. */
  static final int RUN = 5;

  static final int PREFIX = 6;
  static final int PREFIX_WORDS = 6;
  static final int HEADS = PREFIX + PREFIX_WORDS;
  static final int PAYLOADS = HEADS + CAPACITY;
  static final int WORDS = PAYLOADS + CAPACITY;

  static final int HEAP_BYTES = 16 + WORDS * Long.BYTES;

  static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);

  private static final int LINE_WORDS = 8;
  private static final int SPINS = 256;

  private Leaf() {}

  /** Waits until a leaf is not being changed; returns its version. */
  static long startReading(long[] leaf) {
    int spins = 0;
    long now = (long) WORD.getAcquire(leaf, VERSION);
    while ((now & 1) != 0) {
      if (++spins % SPINS == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
      now = (long) WORD.getAcquire(leaf, VERSION);
    }
    return now;
  }

  /** Tells whether what was read since {@link #startReading} may be torn. */
  static boolean changedSince(long[] leaf, long version) {
    VarHandle.acquireFence();
    return (long) WORD.getOpaque(leaf, VERSION) != version;
  }

  static int count(long[] leaf) {
    return (int) leaf[COUNT];
  }

  /** Returns the number of the right neighbour, or 0. */
  static int next(long[] leaf) {
    return (int) leaf[NEXT];
  }

  static int prefixLength(long[] leaf) {
    return (int) leaf[PREFIX_LENGTH];
  }

  static long payload(long[] leaf, int position) {
    return leaf[PAYLOADS + position];
  }

  static long operation(long[] leaf, int position) {
    return VersionChains.operation(leaf[PAYLOADS + position]);
  }

  /**
   * Asks for all of a leaf's memory at once. What it returns is of no use but to keep the compiler
   * from leaving the reads out.
   */
  static long touch(long[] leaf) {
    long any = 0;
    for (int i = HEADS; i < WORDS; i += LINE_WORDS) {
      any ^= leaf[i];
    }
    return any;
  }

  /** Returns the position of a key, or {@code ~position} of the first greater key. */
  static int search(long[] leaf, OperationReader operations, byte[] key, int length) {
    int count = count(leaf);
    int prefixLength = prefixLength(leaf);
    int order = comparePrefix(leaf, operations, key, length, prefixLength);
    if (order != 0) {
      return order < 0 ? ~0 : ~count;
    }
    long head = Bytes.head(key, prefixLength, length);
    int low = Heads.countLess(leaf, HEADS, head);
    if (low >= count || leaf[HEADS + low] != head) {
      return ~low;
    }
    int end = Heads.runEnd(leaf, HEADS + low, HEADS + count, head) - HEADS;
    while (low < end) {
      int middle = (low + end) >>> 1;
      int c = operations.compare(key, length, operation(leaf, middle), prefixLength + Long.BYTES);
      if (c == 0) {
        return middle;
      }
      if (c < 0) {
        end = middle;
      } else {
        low = middle + 1;
      }
    }
    return ~low;
  }

  /** Compares a key, up to the length of the prefix, with the prefix. */
  static int comparePrefix(
      long[] leaf, OperationReader operations, byte[] key, int length, int prefixLength) {
    int kept = Math.min(prefixLength, PREFIX_WORDS * Long.BYTES);
    int order = Heads.comparePrefix(key, length, leaf, PREFIX, kept);
    if (order != 0 || kept == prefixLength) {
      return order;
    }
    return operations.comparePrefix(key, length, operation(leaf, 0), kept, prefixLength);
  }

  /** Tells, from the heads alone, that a key is surely greater than all in a leaf. */
  static boolean surelyBelow(long[] leaf, OperationReader operations, byte[] key, int length) {
    int count = count(leaf);
    int prefixLength = prefixLength(leaf);
    return count > 0
        && comparePrefix(leaf, operations, key, length, prefixLength) == 0
        && Long.compareUnsigned(leaf[HEADS + count - 1], Bytes.head(key, prefixLength, length)) < 0;
  }

  /** Tells, from the heads alone, that a key is surely between the first and the last in a leaf. */
  static boolean surelyWithin(long[] leaf, OperationReader operations, byte[] key, int length) {
    int count = count(leaf);
    int prefixLength = prefixLength(leaf);
    if (count == 0 || comparePrefix(leaf, operations, key, length, prefixLength) != 0) {
      return false;
    }
    long head = Bytes.head(key, prefixLength, length);
    return Long.compareUnsigned(leaf[HEADS], head) < 0
        && Long.compareUnsigned(head, leaf[HEADS + count - 1]) < 0;
  }

  /** Tells, from the heads alone, that a key is surely less than the last in a leaf. */
  static boolean surelyReaches(long[] leaf, OperationReader operations, byte[] key, int length) {
    int count = count(leaf);
    if (count == 0) {
      return false;
    }
    int prefixLength = prefixLength(leaf);
    int order = comparePrefix(leaf, operations, key, length, prefixLength);
    return order < 0
        || order == 0
            && Long.compareUnsigned(Bytes.head(key, prefixLength, length), leaf[HEADS + count - 1])
                < 0;
  }

  /**
   * Returns the number of the right neighbour if the leaf's keys end before a key, else 0; with
   * {@code strict}, if they end before the keys below that key do.
   */
  static int rightOf(
      long[] leaf, OperationReader operations, byte[] key, int length, boolean strict) {
    long high = leaf[HIGH];
    if (high < 0) {
      return 0;
    }
    int order = operations.compare(key, length, high, 0);
    return order > 0 || order == 0 && !strict ? next(leaf) : 0;
  }
}
