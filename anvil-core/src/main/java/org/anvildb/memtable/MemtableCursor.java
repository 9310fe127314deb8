package org.anvildb.memtable;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.wal.BatchFormat;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over one keyspace of a memtable: over the newest version of each key before a limit, or
 * over all versions.
 *
 * <p>It copies a leaf when it enters it and walks the copy. What the writer does meanwhile lies at
 * or above the limit, so the view stays the same. Not thread-safe.
 *
 * <p>Neighbours in key order lie anywhere in the log. Before it walks, the cursor looks at a few
 * operations at once, so that the waits for memory overlap.
 */
final class MemtableCursor implements InternalCursor {
  private static final int AHEAD = 8;

  private final KeyTree tree;
  private final OperationReader operations;
  private final VersionChains versions;
  private final long limit;
  private final @Nullable SequenceOfPosition sequences;
  private final LeafCopy copy;

  /** What the cursor shows of the copied leaf. */
  private long[] shown = new long[Leaf.CAPACITY];

  private int[] keyLengths = new int[Leaf.CAPACITY];
  private int shownCount;
  private int index = -1;
  private int touchedFrom;
  private int touchedEnd;
  private byte[] key = new byte[64];
  private byte[] bound = new byte[64];

  /** With {@code sequences}, all versions are shown; else the newest ones before the limit. */
  MemtableCursor(KeyTree tree, long limit, @Nullable SequenceOfPosition sequences) {
    this.tree = tree;
    this.operations = tree.operations();
    this.versions = tree.versions();
    this.limit = limit;
    this.sequences = sequences;
    this.copy = new LeafCopy(tree);
  }

  @Override
  public boolean seekFirst() {
    copy.take(tree.first());
    show(0);
    return forward(0);
  }

  @Override
  public boolean seekLast() {
    copy.take(tree.descendLast());
    while (copy.takeNext()) {
      // A lost race: the last leaf lies further right.
    }
    show(0);
    return backward(shownCount - 1);
  }

  @Override
  public boolean seekCeiling(byte[] target, int length) {
    copy.take(tree.descend(target, length, false), target, length, false);
    return forward(show(copy.position()));
  }

  @Override
  public boolean seekLower(byte[] target, int length) {
    copy.take(tree.descend(target, length, true), target, length, true);
    return backward(show(copy.position()) - 1);
  }

  @Override
  public boolean next() {
    return forward(index + 1);
  }

  @Override
  public boolean previous() {
    return backward(index - 1);
  }

  /** Moves to an index, or to the first entry of the leaves behind. */
  private boolean forward(int to) {
    int at = to;
    while (at >= shownCount) {
      if (!copy.takeNext()) {
        index = -1;
        return false;
      }
      show(0);
      at = 0;
    }
    return stand(at);
  }

  /** Moves to an index, or to the last entry of the leaves before. */
  private boolean backward(int to) {
    int at = to;
    while (at < 0) {
      if (copy.first() || copy.count() == 0) {
        index = -1;
        return false;
      }
      long firstOperation = VersionChains.operation(copy.payload(0));
      int length = operations.keyLength(firstOperation);
      bound = roomFor(bound, length);
      operations.copyKey(firstOperation, length, bound);
      copy.take(tree.descend(bound, length, true), bound, length, true);
      at = show(copy.position()) - 1;
    }
    return stand(at);
  }

  /** Fills what is shown from the copy; returns where a position of the copy went. */
  private int show(int position) {
    shownCount = 0;
    touchedFrom = 0;
    touchedEnd = 0;
    int shownPosition = 0;
    int n = copy.count();
    for (int i = 0; i < n; i++) {
      if (i == position) {
        shownPosition = shownCount;
      }
      if (sequences == null) {
        long operation = versions.newest(copy.payload(i), limit);
        if (operation >= 0) {
          shown[shownCount++] = operation;
        }
      } else {
        showAll(copy.payload(i));
      }
    }
    return position >= n ? shownCount : shownPosition;
  }

  private void showAll(long newest) {
    long payload = newest;
    while (true) {
      if (VersionChains.operation(payload) < limit) {
        if (shownCount == shown.length) {
          shown = Arrays.copyOf(shown, 2 * shownCount);
          keyLengths = Arrays.copyOf(keyLengths, 2 * shownCount);
        }
        shown[shownCount++] = VersionChains.operation(payload);
      }
      int older = VersionChains.older(payload);
      if (older == 0) {
        return;
      }
      payload = versions.get(older);
    }
  }

  private boolean stand(int at) {
    if (at < touchedFrom || at >= touchedEnd) {
      touch(at);
    }
    index = at;
    int length = keyLengths[at];
    key = roomFor(key, length);
    operations.copyKey(shown[at], length, key);
    return true;
  }

  /** Reads the key lengths of the operations around an index: of those ahead of the cursor. */
  private void touch(int at) {
    boolean ahead = at >= index || touchedEnd == 0;
    touchedFrom = ahead ? at : Math.max(0, at + 1 - AHEAD);
    touchedEnd = ahead ? Math.min(shownCount, at + AHEAD) : at + 1;
    for (int i = touchedFrom; i < touchedEnd; i++) {
      keyLengths[i] = operations.keyLength(shown[i]);
    }
  }

  private static byte[] roomFor(byte[] array, int length) {
    return array.length >= length ? array : new byte[Math.max(length, 2 * array.length)];
  }

  @Override
  public boolean valid() {
    return index >= 0;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public int keyLength() {
    return keyLengths[index];
  }

  @Override
  public boolean tombstone() {
    return BatchFormat.kind(operations.log(), shown[index]) == BatchFormat.DELETE;
  }

  @Override
  public long sequence() {
    return sequences == null ? 0 : sequences.sequenceAt(shown[index]);
  }

  @Override
  public MemorySegment valueMemory() {
    return operations.log();
  }

  @Override
  public long valueOffset() {
    return BatchFormat.keyOffset(shown[index]) + keyLengths[index];
  }

  @Override
  public int valueLength() {
    return BatchFormat.valueLength(operations.log(), shown[index]);
  }

  @Override
  public void close() {
    index = -1;
  }
}
