package org.anvildb.memtable;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.LateFault;

/**
 * Changes leaves, under the eyes of readers: see {@link Leaf}. Not thread-safe; belongs to the
 * memtable's writer.
 *
 * <p>Between the odd and the even version it does nothing that can throw: log accesses and
 * allocations come before.
 */
final class LeafWriter {
  /** From how many inserts on, each right behind the one before, a run is assumed. */
  private static final int RUN_INSERTS = 6;

  private final OperationReader operations;
  private final long[] scratchPrefix = new long[Leaf.PREFIX_WORDS];
  private final long[] scratchHeads = new long[Leaf.CAPACITY];

  LeafWriter(OperationReader operations) {
    this.operations = operations;
  }

  /** Makes an empty leaf without neighbours. */
  static long[] emptyLeaf() {
    long[] leaf = new long[Leaf.WORDS];
    leaf[Leaf.HIGH] = -1;
    leaf[Leaf.RUN] = -1;
    Arrays.fill(leaf, Leaf.HEADS, Leaf.PAYLOADS, Heads.UNUSED);
    return leaf;
  }

  private static void startWriting(long[] leaf) {
    Leaf.WORD.setOpaque(leaf, Leaf.VERSION, leaf[Leaf.VERSION] + 1);
    VarHandle.releaseFence();
  }

  private static void finishWriting(long[] leaf) {
    Leaf.WORD.setRelease(leaf, Leaf.VERSION, leaf[Leaf.VERSION] + 1);
  }

  /** Tells whether an insert at a position would continue a run of inserts in order. */
  static boolean continuesRun(long[] leaf, int position) {
    long run = leaf[Leaf.RUN];
    return (int) run == position - 1 && run >>> 32 >= RUN_INSERTS && (int) run >= 0;
  }

  private static void noteInsert(long[] leaf, int position) {
    long run = leaf[Leaf.RUN];
    long inOrder = (int) run >= 0 && (int) run == position - 1 ? (run >>> 32) + 1 : 0;
    leaf[Leaf.RUN] = inOrder << 32 | position;
  }

  /** Puts another payload in place of a key's. */
  void replace(long[] leaf, int position, long payload) {
    startWriting(leaf);
    leaf[Leaf.PAYLOADS + position] = payload;
    finishWriting(leaf);
  }

  /** Inserts a key that a leaf, which is not full, doesn't hold. */
  void insert(long[] leaf, int position, byte[] key, int length, long operation) {
    int count = Leaf.count(leaf);
    if (position == 0 || position == count) {
      adjustPrefix(leaf, count, key, length, operation);
    }
    long head = Bytes.head(key, Leaf.prefixLength(leaf), length);
    startWriting(leaf);
    int moved = count - position;
    if (moved > 0) {
      int at = Leaf.HEADS + position;
      System.arraycopy(leaf, at, leaf, at + 1, moved);
      at = Leaf.PAYLOADS + position;
      System.arraycopy(leaf, at, leaf, at + 1, moved);
    }
    leaf[Leaf.HEADS + position] = head;
    leaf[Leaf.PAYLOADS + position] = VersionChains.payload(operation);
    leaf[Leaf.COUNT] = count + 1;
    noteInsert(leaf, position);
    finishWriting(leaf);
  }

  /** Makes the prefix fit a key that is about to become the first or the last. */
  private void adjustPrefix(long[] leaf, int count, byte[] key, int length, long operation) {
    int prefixLength = Leaf.prefixLength(leaf);
    if (count == 0) {
      setPrefix(leaf, operation, Heads.loneKeyPrefix(length), 0);
    } else if (Leaf.comparePrefix(leaf, operations, key, length, prefixLength) != 0) {
      int shared = operations.commonPrefix(operation, Leaf.operation(leaf, 0));
      setPrefix(leaf, operation, Math.min(shared, prefixLength), count);
    }
  }

  /** Sets the prefix of a leaf's keys to the first bytes of an operation's key. */
  private void setPrefix(long[] leaf, long operation, int prefixLength, int count) {
    readPrefix(operation, prefixLength);
    for (int i = 0; i < count; i++) {
      scratchHeads[i] = operations.head(Leaf.operation(leaf, i), prefixLength);
    }
    // Heads come from the log, and the error may come between start and end: readers would wait.
    LateFault.deliver();
    startWriting(leaf);
    writePrefix(leaf, prefixLength, count);
    finishWriting(leaf);
  }

  private void readPrefix(long operation, int prefixLength) {
    int words = Math.min(Leaf.PREFIX_WORDS, Heads.prefixWords(prefixLength));
    for (int i = 0; i < words; i++) {
      int at = i * Long.BYTES;
      scratchPrefix[i] = Heads.cut(operations.head(operation, at), at, prefixLength);
    }
  }

  private void writePrefix(long[] leaf, int prefixLength, int count) {
    leaf[Leaf.PREFIX_LENGTH] = prefixLength;
    System.arraycopy(scratchPrefix, 0, leaf, Leaf.PREFIX, Leaf.PREFIX_WORDS);
    System.arraycopy(scratchHeads, 0, leaf, Leaf.HEADS, count);
  }

  /** Makes a right neighbour that holds one new key, greater than all in a leaf. */
  long[] append(long[] leaf, byte[] key, int length, long operation) {
    long[] right = emptyLeaf();
    insert(right, 0, key, length, operation);
    right[Leaf.NEXT] = leaf[Leaf.NEXT];
    right[Leaf.HIGH] = leaf[Leaf.HIGH];
    return right;
  }

  /** Links a leaf to its new right neighbour, which {@link #append} made. */
  void link(long[] leaf, long[] right, int rightNumber) {
    startWriting(leaf);
    leaf[Leaf.NEXT] = rightNumber;
    leaf[Leaf.HIGH] = Leaf.operation(right, 0);
    finishWriting(leaf);
  }

  /** Makes a right neighbour that holds a leaf's keys from a position on, at least one. */
  long[] copyRight(long[] leaf, int cut) {
    long[] right = emptyLeaf();
    int end = Leaf.count(leaf);
    int moved = end - cut;
    right[Leaf.COUNT] = moved;
    System.arraycopy(leaf, Leaf.PAYLOADS + cut, right, Leaf.PAYLOADS, moved);
    writePrefix(right, readRange(leaf, cut, end), moved);
    right[Leaf.NEXT] = leaf[Leaf.NEXT];
    right[Leaf.HIGH] = leaf[Leaf.HIGH];
    return right;
  }

  /** Takes from a leaf what {@link #copyRight} put into its new right neighbour, and links it. */
  void cutOff(long[] leaf, int cut, long[] right, int rightNumber) {
    int prefixLength = readRange(leaf, 0, cut);
    startWriting(leaf);
    writePrefix(leaf, prefixLength, cut);
    Arrays.fill(leaf, Leaf.HEADS + cut, Leaf.HEADS + Leaf.CAPACITY, Heads.UNUSED);
    leaf[Leaf.COUNT] = cut;
    leaf[Leaf.NEXT] = rightNumber;
    leaf[Leaf.HIGH] = Leaf.operation(right, 0);
    finishWriting(leaf);
  }

  /**
   * Reads the prefix and the heads that a range of a leaf's keys will have in a leaf of their own;
   * returns the prefix's length. Mostly the prefix stays, and the log is left alone.
   */
  private int readRange(long[] leaf, int first, int end) {
    int before = Leaf.prefixLength(leaf);
    int prefixLength = Math.max(before, prefixLength(leaf, first, end));
    if (prefixLength == before) {
      System.arraycopy(leaf, Leaf.PREFIX, scratchPrefix, 0, Leaf.PREFIX_WORDS);
      System.arraycopy(leaf, Leaf.HEADS + first, scratchHeads, 0, end - first);
    } else {
      readPrefix(Leaf.operation(leaf, first), prefixLength);
      for (int i = first; i < end; i++) {
        scratchHeads[i - first] = operations.head(Leaf.operation(leaf, i), prefixLength);
      }
      LateFault.deliver();
    }
    return prefixLength;
  }

  /** Returns how long the prefix of a range of a leaf's keys is: from the heads, if they tell. */
  private int prefixLength(long[] leaf, int first, int end) {
    if (end - first < 2) {
      return 0;
    }
    long difference = leaf[Leaf.HEADS + first] ^ leaf[Leaf.HEADS + end - 1];
    return difference != 0
        ? Leaf.prefixLength(leaf) + Long.numberOfLeadingZeros(difference) / Byte.SIZE
        : operations.commonPrefix(Leaf.operation(leaf, first), Leaf.operation(leaf, end - 1));
  }
}
