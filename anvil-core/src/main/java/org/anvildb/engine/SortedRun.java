package org.anvildb.engine;

import java.util.Arrays;
import org.anvildb.bytes.Bytes;
import org.anvildb.table.Table;
import org.jspecify.annotations.Nullable;

/**
 * Tables without overlap, those of a run of level 0 or of a deeper level, arranged to find the one
 * that may hold a key. Immutable.
 *
 * <p>The largest keys are compared by heads behind the prefix that all of them share, without a
 * branch on what is found. A binary search of the keys themselves guessed every other step wrong,
 * and each wrong guess read a bucket of a table that has nothing to do with the key.
 */
final class SortedRun {
  private final Table[] tables;
  private final byte[][] largest;
  private final int prefix;
  private final long[] heads;
  private final boolean distinctKeys;

  /**
   * Takes ownership of the tables, at least one, and of their largest keys, which ascend.
   *
   * @param distinctKeys whether no key has two versions
   */
  SortedRun(byte[][] largest, Table[] tables, boolean distinctKeys) {
    this.tables = tables;
    this.largest = largest;
    byte[] first = largest[0];
    byte[] last = largest[largest.length - 1];
    this.prefix = Bytes.commonPrefix(first, first.length, last, last.length);
    this.heads = Arrays.stream(largest).mapToLong(key -> head(key, key.length)).toArray();
    this.distinctKeys = distinctKeys;
  }

  /** Takes ownership of the tables, at least one, whose keys ascend. */
  static SortedRun of(Table[] tables) {
    byte[][] largest =
        Arrays.stream(tables).map(table -> table.meta().largest()).toArray(byte[][]::new);
    boolean distinct = Arrays.stream(tables).allMatch(table -> table.meta().maxSequence() == 0);
    return new SortedRun(largest, tables, distinct);
  }

  /** Returns the tables in the order of their keys; not to be changed. */
  Table[] tables() {
    return tables;
  }

  /** Tells whether it is known that no key has two versions in these tables. */
  boolean distinctKeys() {
    return distinctKeys;
  }

  /** Returns the table that has a key if the run has it; null if none can. */
  @Nullable Table find(byte[] key, int length) {
    int at = firstNotBelow(key, length);
    return at < tables.length ? tables[at] : null;
  }

  /** Returns the index of the first table whose largest key is not less than a key. */
  int firstNotBelow(byte[] key, int length) {
    if (length == 0) {
      return 0;
    }
    return length >= prefix && Bytes.startEquals(key, largest[0], prefix)
        ? findBehindPrefix(key, length)
        : search(key, length);
  }

  private int findBehindPrefix(byte[] key, int length) {
    long head = head(key, length);
    int at = 0;
    int size = heads.length;
    while (size > 0) {
      int half = (size + 1) >>> 1;
      int less = (int) (heads[at + half - 1] - head >> Long.SIZE - 1);
      at += half & less;
      size = size - half & less | half - 1 & ~less;
    }
    return at < heads.length && heads[at] == head ? search(key, length) : at;
  }

  /** A head without its last bit, so that the difference of two tells which is less. */
  private long head(byte[] key, int length) {
    return Bytes.head(key, prefix, length) >>> 1;
  }

  /** Compares whole keys: where heads don't tell. */
  private int search(byte[] key, int length) {
    int low = 0;
    int high = largest.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      byte[] candidate = largest[middle];
      if (Arrays.compareUnsigned(candidate, 0, candidate.length, key, 0, length) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
