package org.anvildb.memtable;

import org.jspecify.annotations.Nullable;

/**
 * A consistent copy of a leaf's payloads, with the right neighbour that the leaf had then. Not
 * thread-safe; belongs to one cursor.
 */
final class LeafCopy {
  private final KeyTree tree;
  private final OperationReader operations;
  private final long[] payloads = new long[Leaf.CAPACITY];
  private int count;
  private int position;
  private int next;
  private long @Nullable [] leaf;

  LeafCopy(KeyTree tree) {
    this.tree = tree;
    this.operations = tree.operations();
  }

  /** Copies a leaf. */
  void take(long[] source) {
    long version;
    do {
      version = Leaf.startReading(source);
      copy(source);
    } while (Leaf.changedSince(source, version));
    leaf = source;
    position = 0;
  }

  /**
   * Copies the leaf where a key belongs, or with {@code strict} the greatest key that is less; it
   * is the given leaf or one to the right of it.
   */
  void take(long[] from, byte[] key, int length, boolean strict) {
    long[] source = from;
    while (true) {
      long version = Leaf.startReading(source);
      int found = Leaf.search(source, operations, key, length);
      copy(source);
      position = found >= 0 ? found : ~found;
      int right = position == count ? Leaf.rightOf(source, operations, key, length, strict) : 0;
      if (Leaf.changedSince(source, version)) {
        continue;
      }
      if (right == 0) {
        leaf = source;
        return;
      }
      source = tree.leaf(right);
    }
  }

  private void copy(long[] source) {
    count = Leaf.count(source);
    next = Leaf.next(source);
    System.arraycopy(source, Leaf.PAYLOADS, payloads, 0, count);
  }

  int count() {
    return count;
  }

  long payload(int index) {
    return payloads[index];
  }

  /** Returns the position of the first key that is not less than the one that was asked for. */
  int position() {
    return position;
  }

  /** Tells whether the copy is of the tree's first leaf. */
  boolean first() {
    return leaf == tree.first();
  }

  /** Moves on to the right neighbour; returns whether there is one. */
  boolean takeNext() {
    if (next == 0) {
      return false;
    }
    take(tree.leaf(next));
    return true;
  }
}
