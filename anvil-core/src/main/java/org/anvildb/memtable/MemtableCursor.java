package org.anvildb.memtable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.wal.BatchFormat;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over one keyspace of a memtable: over the newest version of each key before a limit, or
 * over all versions.
 *
 * <p>It copies a part of a leaf and walks the copy. What the writer does meanwhile lies at or above
 * the limit, so the view stays the same. Not thread-safe.
 *
 * <p>Neighbours in key order lie anywhere in the log. Before it walks, the cursor looks at some
 * operations at once, so that the waits for memory overlap: at few after a seek, then at more. Who
 * asks for all versions is going to copy the values too, so all lines of those operations are asked
 * for: with the first lines alone, a seventh of a flush was waiting for values.
 *
 * <p>Cursors that are opened for a few entries are common, so a new one is small; what takes room
 * grows on the way.
 */
final class MemtableCursor implements InternalCursor {
  private static final int FIRST_ROOM = 8;
  private static final int FIRST_AHEAD = 2;
  private static final int MAX_AHEAD = 8;
  private static final int LINE_BYTES = 64;

  /** Of a larger operation the processor fetches what follows by itself. */
  private static final int MAX_TOUCHED_BYTES = 256;

  private final KeyTree tree;
  private final OperationReader operations;
  private final VersionChains versions;
  private final long limit;
  private final @Nullable SequenceOfPosition sequences;
  private final LeafCopy copy;

  /** What the cursor shows of the copy. */
  private long[] shown = new long[FIRST_ROOM];

  private int[] keyLengths = new int[FIRST_ROOM];
  private int shownCount;
  private int index = -1;
  private int touchedFrom;
  private int touchedEnd;
  private int ahead = FIRST_AHEAD;

  /** Takes what {@link #touchValue} reads, so that the reads are not left out. */
  private long touched;

  private byte[] key = LeafCopy.NO_KEY;

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
    ahead = FIRST_AHEAD;
    copy.takeFirst();
    return forward(show());
  }

  @Override
  public boolean seekLast() {
    ahead = FIRST_AHEAD;
    copy.takeLast();
    return backward(show() - 1);
  }

  @Override
  public boolean seekCeiling(byte[] target, int length) {
    ahead = FIRST_AHEAD;
    copy.takeCeiling(target, length);
    return forward(show());
  }

  @Override
  public boolean seekLower(byte[] target, int length) {
    ahead = FIRST_AHEAD;
    copy.takeLower(target, length);
    return backward(show() - 1);
  }

  @Override
  public boolean next() {
    return forward(index + 1);
  }

  @Override
  public boolean previous() {
    return backward(index - 1);
  }

  /** Moves to an index, or to the first entry behind what was copied. */
  private boolean forward(int to) {
    int at = to;
    while (at >= shownCount) {
      if (!copy.takeNext()) {
        index = -1;
        return false;
      }
      at = show();
    }
    return stand(at);
  }

  /** Moves to an index, or to the last entry before what was copied. */
  private boolean backward(int to) {
    int at = to;
    while (at < 0) {
      if (!copy.takePrevious()) {
        index = -1;
        return false;
      }
      at = show() - 1;
    }
    return stand(at);
  }

  /** Fills what is shown from the copy; returns where the copy's position went. */
  private int show() {
    int n = copy.size();
    if (shown.length < n) {
      shown = new long[Leaf.CAPACITY];
      keyLengths = new int[Leaf.CAPACITY];
    }
    shownCount = 0;
    touchedFrom = 0;
    touchedEnd = 0;
    int position = copy.position();
    int shownPosition = 0;
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
    key = LeafCopy.roomFor(key, length);
    operations.copyKey(shown[at], length, key);
    return true;
  }

  /** Reads the key lengths of the operations around an index: of those ahead of the cursor. */
  private void touch(int at) {
    boolean onward = at >= index || touchedEnd == 0;
    touchedFrom = onward ? at : Math.max(0, at + 1 - ahead);
    touchedEnd = onward ? Math.min(shownCount, at + ahead) : at + 1;
    ahead = MAX_AHEAD;
    for (int i = touchedFrom; i < touchedEnd; i++) {
      keyLengths[i] = operations.keyLength(shown[i]);
    }
    if (sequences != null) {
      for (int i = touchedFrom; i < touchedEnd; i++) {
        touchValue(shown[i], keyLengths[i]);
      }
    }
  }

  /** Reads a byte from each further line of an operation. */
  private void touchValue(long operation, int keyLength) {
    MemorySegment log = operations.log();
    long bytes = BatchFormat.operationBytes(keyLength, BatchFormat.valueLength(log, operation));
    long end = operation + Math.min(MAX_TOUCHED_BYTES, bytes);
    long sum = 0;
    for (long at = operation + LINE_BYTES; at < end; at += LINE_BYTES) {
      sum += log.get(ValueLayout.JAVA_BYTE, at);
    }
    touched = sum + log.get(ValueLayout.JAVA_BYTE, end - 1);
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

  /** Known where only the newest versions are shown. */
  @Override
  public boolean distinctKeys() {
    return sequences == null;
  }

  @Override
  public void close() {
    index = -1;
  }
}
