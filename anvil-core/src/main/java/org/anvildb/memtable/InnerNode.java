package org.anvildb.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.anvildb.bytes.Bytes;

/**
 * An inner node of a {@link KeyTree}: children, and between each two of them a separator, the first
 * key of the right one. On level 1 the children are leaves, above they are inner nodes.
 *
 * <p>Separators never change: a split below makes a new node that takes this one's place. So
 * readers need no validation here; the worst that an outdated node does is to send them too far
 * left, from where leaves lead on. Only a child is replaced in place, by one that leads to the same
 * keys. (Changing separators in place would save a copy of a kilobyte for each split of a leaf, a
 * few nanoseconds an insert, and cost readers a validation for each level.)
 */
final class InnerNode {
  /** The most children. */
  static final int CAPACITY = Heads.CAPACITY;

  private static final VarHandle CHILD = MethodHandles.arrayElementVarHandle(Object[].class);

  private final int level;
  private final int prefixLength;

  /** The separators' heads, unused ones, then the words of the prefix that they share. */
  private final long[] heads;

  /** The separators' operations, divided by 8. */
  private final int[] separators;

  private final Object[] children;

  private InnerNode(
      int level, int prefixLength, long[] heads, int[] separators, Object[] children) {
    this.level = level;
    this.prefixLength = prefixLength;
    this.heads = heads;
    this.separators = separators;
    this.children = children;
  }

  /** Makes a node of one child more than there are separators. */
  static InnerNode of(OperationReader operations, int level, int[] separators, Object[] children) {
    int n = separators.length;
    if (n == 0) {
      return new InnerNode(level, 0, unusedHeads(0), separators, children);
    }
    long first = operation(separators[0]);
    int shared =
        n == 1
            ? Heads.loneKeyPrefix(operations.keyLength(first))
            : operations.commonPrefix(first, operation(separators[n - 1]));
    long[] heads = unusedHeads(shared);
    for (int i = 0; i < n; i++) {
      heads[i] = operations.head(operation(separators[i]), shared);
    }
    for (int i = 0; i < shared; i += Long.BYTES) {
      heads[Heads.CAPACITY + i / Long.BYTES] = Heads.cut(operations.head(first, i), i, shared);
    }
    return new InnerNode(level, shared, heads, separators, children);
  }

  private static long[] unusedHeads(int prefixLength) {
    long[] heads = new long[Heads.CAPACITY + Heads.prefixWords(prefixLength)];
    Arrays.fill(heads, 0, Heads.CAPACITY, Heads.UNUSED);
    return heads;
  }

  static int separator(long operation) {
    return (int) (operation >>> 3);
  }

  private static long operation(int separator) {
    return (separator & 0xffff_ffffL) << 3;
  }

  int level() {
    return level;
  }

  int size() {
    return children.length;
  }

  /** Returns a child of a node on level 1. */
  long[] leaf(int index) {
    return (long[]) CHILD.getAcquire(children, index);
  }

  /** Returns a child of a node above level 1. */
  InnerNode inner(int index) {
    return (InnerNode) CHILD.getAcquire(children, index);
  }

  /** Writer: puts a child in place of one that led to the same keys. */
  void replaceChild(int index, InnerNode child) {
    CHILD.setRelease(children, index, child);
  }

  /**
   * Returns the index of the child that leads to a key; with {@code strict}, to the greatest key
   * that is less.
   */
  int route(OperationReader operations, byte[] key, int length, boolean strict) {
    int n = separators.length;
    int order = Heads.comparePrefix(key, length, heads, Heads.CAPACITY, prefixLength);
    if (order != 0) {
      return order < 0 ? 0 : n;
    }
    long head = Bytes.head(key, prefixLength, length);
    int low = Heads.countLess(heads, 0, head);
    if (low == n || heads[low] != head) {
      return low;
    }
    int end = Heads.runEnd(heads, low, n, head);
    while (low < end) {
      int middle = (low + end) >>> 1;
      long separator = operation(separators[middle]);
      int c = operations.compare(key, length, separator, prefixLength + Long.BYTES);
      if (c == 0) {
        return strict ? middle : middle + 1;
      }
      if (c < 0) {
        end = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** Writer: returns a copy in which the child at an index has become two. */
  InnerNode with(OperationReader operations, int index, Object left, int separator, Object right) {
    int n = separators.length;
    int[] grownSeparators = new int[n + 1];
    System.arraycopy(separators, 0, grownSeparators, 0, index);
    grownSeparators[index] = separator;
    System.arraycopy(separators, index, grownSeparators, index + 1, n - index);
    Object[] grownChildren = new Object[n + 2];
    System.arraycopy(children, 0, grownChildren, 0, index);
    grownChildren[index] = left;
    grownChildren[index + 1] = right;
    System.arraycopy(children, index + 1, grownChildren, index + 2, n - index);
    long added = operation(separator);
    if (n == 0 || operations.commonPrefix(added, operation(separators[0])) < prefixLength) {
      return of(operations, level, grownSeparators, grownChildren);
    }
    long[] grownHeads = heads.clone();
    System.arraycopy(heads, index, grownHeads, index + 1, n - index);
    grownHeads[index] = operations.head(added, prefixLength);
    return new InnerNode(level, prefixLength, grownHeads, grownSeparators, grownChildren);
  }

  /** Returns the separator before the child at an index. */
  int separatorBefore(int index) {
    return separators[index - 1];
  }

  /** Returns a node of the children from one index to another. */
  InnerNode part(OperationReader operations, int from, int end) {
    int[] partSeparators = new int[end - from - 1];
    System.arraycopy(separators, from, partSeparators, 0, partSeparators.length);
    Object[] partChildren = new Object[end - from];
    System.arraycopy(children, from, partChildren, 0, partChildren.length);
    return of(operations, level, partSeparators, partChildren);
  }

  long heapBytes() {
    return 32 + 3 * 16 + 8L * (children.length + heads.length);
  }
}
