package org.anvildb.memtable;

import org.jspecify.annotations.Nullable;

/**
 * A consistent copy of some neighbouring payloads of a leaf, and what is needed to go on from there
 * in either direction. After a seek it is a short one, as many cursors are closed soon; who goes on
 * gets whole leaves. Not thread-safe; belongs to one cursor.
 *
 * <pre>
 *   leaf   0 1 2 3 4 5 6 7 8 9 . . . count
 *                ^start    ^end                 size = end - start
 * </pre>
 *
 * What the writer adds after the copy was made lies at or above the cursor's limit. So where the
 * leaf has changed meanwhile, it is enough to look the outermost copied key up again.
 */
final class LeafCopy {
  private static final int FIRST_SIZE = 8;
  private static final int MIN_KEY_ROOM = 32;

  /** Shared by all cursors that have no key yet; {@link #roomFor} takes its place. */
  static final byte[] NO_KEY = {};

  private final KeyTree tree;
  private final OperationReader operations;
  private long[] payloads = new long[FIRST_SIZE];
  private long @Nullable [] leaf;
  private long version;
  private int count;
  private int next;
  private int start;
  private int end;
  private int position;
  private byte[] bound = NO_KEY;

  LeafCopy(KeyTree tree) {
    this.tree = tree;
    this.operations = tree.operations();
  }

  /** Copies the first keys. */
  void takeFirst() {
    takeFrom(tree.first(), FIRST_SIZE);
  }

  private void takeFrom(long[] source, int most) {
    do {
      version = Leaf.startReading(source);
      copy(source, 0, most);
    } while (Leaf.changedSince(source, version));
    leaf = source;
    position = 0;
  }

  /** Copies the last keys. */
  void takeLast() {
    long[] source = tree.descendLast();
    while (true) {
      version = Leaf.startReading(source);
      int all = Leaf.count(source);
      copy(source, all - FIRST_SIZE, all);
      if (Leaf.changedSince(source, version)) {
        continue;
      }
      if (next == 0) {
        leaf = source;
        position = size();
        return;
      }
      // A lost race: the last leaf lies further right.
      source = tree.leaf(next);
    }
  }

  /** Copies the first keys that are not less than a key. */
  void takeCeiling(byte[] key, int length) {
    take(tree.ceilingLeaf(key, length), key, length, false, FIRST_SIZE);
  }

  /** Copies the last keys that are less than a key. */
  void takeLower(byte[] key, int length) {
    take(tree.descend(key, length, true), key, length, true, FIRST_SIZE);
  }

  /** Copies keys from one on, or before it, in the given leaf or in one to the right of it. */
  private void take(long[] from, byte[] key, int length, boolean before, int most) {
    long[] source = from;
    while (true) {
      version = Leaf.startReading(source);
      int found = Leaf.search(source, operations, key, length);
      int at = found >= 0 ? found : ~found;
      // Before the first key of a leaf there is none to copy, but one is needed to go on from.
      copy(source, before ? at - most : at, before ? Math.max(1, at) : at + most);
      int right = at == count ? Leaf.rightOf(source, operations, key, length, before) : 0;
      if (Leaf.changedSince(source, version)) {
        continue;
      }
      if (right == 0) {
        leaf = source;
        position = at - start;
        return;
      }
      source = tree.leaf(right);
    }
  }

  /** Copies what the leaf has of a range of positions. */
  private void copy(long[] source, int from, int to) {
    count = Leaf.count(source);
    next = Leaf.next(source);
    start = Math.clamp(from, 0, count);
    end = Math.clamp(to, start, count);
    if (payloads.length < size()) {
      payloads = new long[Leaf.CAPACITY];
    }
    System.arraycopy(source, Leaf.PAYLOADS + start, payloads, 0, size());
  }

  /** Tells whether a range of the leaf could be copied, as it has not changed. */
  private boolean copyUnchanged(long[] source, int from, int to) {
    if (Leaf.startReading(source) != version) {
      return false;
    }
    copy(source, from, to);
    return !Leaf.changedSince(source, version);
  }

  int size() {
    return end - start;
  }

  long payload(int index) {
    return payloads[index];
  }

  /**
   * Returns where in the copy the cursor goes on: forward with the key at this index, backward with
   * the one before. It is the size if the former was not copied.
   */
  int position() {
    return position;
  }

  /** Goes on behind what was copied; returns whether there may be anything. */
  boolean takeNext() {
    long[] source = leaf;
    if (source == null || end == count) {
      if (next == 0) {
        return false;
      }
      takeFrom(tree.leaf(next), Leaf.CAPACITY);
      return true;
    }
    int length = readBound(payloads[size() - 1]);
    if (copyUnchanged(source, end, Leaf.CAPACITY)) {
      position = 0;
    } else {
      take(source, bound, length, false, Leaf.CAPACITY);
      position++;
    }
    return true;
  }

  /** Goes on before what was copied; returns whether there may be anything. */
  boolean takePrevious() {
    long[] source = leaf;
    if (source == null || size() == 0 || start == 0 && source == tree.first()) {
      return false;
    }
    int length = readBound(payloads[0]);
    if (start > 0 && copyUnchanged(source, 0, start)) {
      position = size();
    } else {
      take(tree.descend(bound, length, true), bound, length, true, Leaf.CAPACITY);
    }
    return true;
  }

  private int readBound(long payload) {
    long operation = VersionChains.operation(payload);
    int length = operations.keyLength(operation);
    bound = roomFor(bound, length);
    operations.copyKey(operation, length, bound);
    return length;
  }

  /** Returns the array, or one with more room. */
  static byte[] roomFor(byte[] array, int length) {
    return array.length >= Math.max(length, 1)
        ? array
        : new byte[Math.max(MIN_KEY_ROOM, Math.max(length, 2 * array.length))];
  }
}
