package org.anvildb.memtable;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.anvildb.bytes.Bytes;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.wal.BatchEncoder;
import org.anvildb.wal.BatchFormat;
import org.jspecify.annotations.Nullable;

/**
 * The index over the operations in one log segment: a {@link PointIndex} for all keyspaces, and a
 * {@link KeyTree} for each. It holds offsets and heads, keys and values stay in the log.
 *
 * <p>One writer at a time, as the commit lock sees to; any number of readers, which take no lock.
 * Visibility goes by position: a reader that holds a limit sees the operations that start before
 * it. A limit is a {@link #limit() published} end, the end of a batch, so batches are seen whole or
 * not at all.
 *
 * <p>After the segment's arena is closed every read throws the arena's IllegalStateException.
 */
public final class Memtable {
  /** The longest log segment: offsets are kept in 31 bits, in units of 8 bytes. */
  public static final long MAX_LOG_BYTES = 1L << 34;

  private static final VarHandle LIMIT;

  static {
    try {
      LIMIT = MethodHandles.lookup().findVarHandle(Memtable.class, "limit", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final MemorySegment log;
  private final long segmentNumber;
  private final OperationReader operations;
  private final PointIndex points;
  private final Gaps gaps;
  private final LeafWriter leafWriter;

  /** What cursors over a keyspace without entries walk. */
  private final KeyTree noKeys;

  @SuppressWarnings("unused") // Used by LIMIT.
  private long limit;

  /** Replaced, never changed. */
  private volatile Trees trees = new Trees(new int[0], new KeyTree[0]);

  // The writer's own; others see at least what was published before they got their limit.
  private byte[] key = new byte[64];
  private long touched;
  private long entries;
  private long tombstones;

  /** The trees of the keyspaces, by their ids in ascending order. */
  private record Trees(int[] ids, KeyTree[] trees) {
    @Nullable KeyTree get(int keyspace) {
      int at = ids.length > 0 && ids[0] == keyspace ? 0 : Arrays.binarySearch(ids, keyspace);
      return at < 0 ? null : trees[at];
    }

    Trees with(int keyspace, KeyTree tree) {
      int at = ~Arrays.binarySearch(ids, keyspace);
      int[] moreIds = Arrays.copyOf(ids, ids.length + 1);
      KeyTree[] moreTrees = Arrays.copyOf(trees, ids.length + 1);
      System.arraycopy(ids, at, moreIds, at + 1, ids.length - at);
      System.arraycopy(trees, at, moreTrees, at + 1, ids.length - at);
      moreIds[at] = keyspace;
      moreTrees[at] = tree;
      return new Trees(moreIds, moreTrees);
    }
  }

  /**
   * Makes an empty memtable over a log segment, whose operations will be copied there before they
   * are inserted here.
   */
  public Memtable(MemorySegment log, long segmentNumber, long hashSeed) {
    this(log, segmentNumber, hashSeed, new Gaps());
  }

  /** As above; keeps the gaps of the database up to date. */
  public Memtable(MemorySegment log, long segmentNumber, long hashSeed, Gaps gaps) {
    if (log.byteSize() > MAX_LOG_BYTES) {
      throw new IllegalArgumentException(
          "a log segment has at most " + MAX_LOG_BYTES + " bytes, but this has " + log.byteSize());
    }
    this.log = log;
    this.segmentNumber = segmentNumber;
    this.gaps = gaps;
    this.operations = new OperationReader(log);
    this.points = new PointIndex(operations, hashSeed);
    this.leafWriter = new LeafWriter(operations);
    this.noKeys = new KeyTree(operations, leafWriter);
  }

  /** Returns the log segment; the operations are below {@link #limit()}. */
  public MemorySegment log() {
    return log;
  }

  /** Returns the number of the log segment. */
  public long segmentNumber() {
    return segmentNumber;
  }

  /**
   * Writer: indexes the operations of one batch, which fill the log from one offset to another.
   * Readers don't see them before {@link #publish}. If this throws, the memtable must take no more
   * batches; what was published stays readable.
   */
  public void insert(long from, long to) {
    VarHandle.releaseFence();
    gaps.beginBatch();
    long operation = from;
    while (operation < to) {
      int length = operations.keyLength(operation);
      makeRoom(length);
      operations.copyKey(operation, length, key);
      boolean deletes = BatchFormat.kind(log, operation) == BatchFormat.DELETE;
      insert(operations.keyspace(operation), length, deletes, operation, from);
      operation += BatchFormat.operationBytes(length, BatchFormat.valueLength(log, operation));
    }
  }

  /**
   * Writer: as above, of a batch that was just copied into the log. It is read where it was made:
   * the lines of the log are still on their way to the processor, and reading them back would wait
   * for that.
   */
  public void insert(BatchEncoder batch, long from) {
    VarHandle.releaseFence();
    gaps.beginBatch();
    byte[] buffer = batch.buffer();
    int first = batch.firstOperation();
    int end = first + batch.bytes();
    int at = first;
    while (at < end) {
      int length = BatchFormat.keyLength(buffer, at);
      makeRoom(length);
      Bytes.copyTo(key, buffer, at + BatchFormat.HEADER_BYTES, length);
      boolean deletes = BatchFormat.kind(buffer, at) == BatchFormat.DELETE;
      insert(BatchFormat.keyspace(buffer, at), length, deletes, from + (at - first), from);
      at += (int) BatchFormat.operationBytes(length, BatchFormat.valueLength(buffer, at));
    }
  }

  private void makeRoom(int keyLength) {
    if (key.length < keyLength) {
      key = new byte[keyLength];
    }
  }

  /** Inserts an operation whose key was copied. */
  private void insert(int keyspace, int keyLength, boolean deletes, long operation, long batch) {
    KeyTree tree = tree(keyspace);
    long hash = points.hash(keyspace, key, keyLength);
    long slots = points.touch();
    long[] leaf = tree.locate(key, keyLength);
    touched = slots ^ Leaf.touch(leaf);
    points.put(hash, operation, tree.put(leaf, key, keyLength, operation, batch));
    entries++;
    if (deletes) {
      tombstones++;
    } else {
      gaps.put(keyspace, key, keyLength);
    }
  }

  private KeyTree tree(int keyspace) {
    Trees now = trees;
    KeyTree tree = now.get(keyspace);
    if (tree == null) {
      tree = new KeyTree(operations, leafWriter);
      trees = now.with(keyspace, tree);
    }
    return tree;
  }

  /** Writer: makes all that was inserted visible; {@code end} is where the last batch ends. */
  public void publish(long end) {
    LIMIT.setRelease(this, end);
  }

  /** Returns the end of what is visible. */
  public long limit() {
    return (long) LIMIT.getAcquire(this);
  }

  /**
   * Finds the newest version of a key that starts before a limit.
   *
   * @param keyspace the keyspace
   * @param key holds the key from index 0 on
   * @param keyLength the key's length
   * @param hash the key's {@link org.anvildb.bytes.KeyHash} with this memtable's seed
   * @param before the limit
   * @param out filled if there is one
   * @return whether there is one; it may be a tombstone
   */
  public boolean find(
      int keyspace, byte[] key, int keyLength, long hash, long before, FoundEntry out) {
    long operation = find(keyspace, key, keyLength, hash, before);
    if (operation < 0) {
      return false;
    }
    if (BatchFormat.kind(log, operation) == BatchFormat.DELETE) {
      out.deleted();
    } else {
      out.value(
          log,
          BatchFormat.keyOffset(operation) + keyLength,
          BatchFormat.valueLength(log, operation));
    }
    return true;
  }

  /**
   * As {@link #find} of the newest version of all, but returns a copy of the value.
   *
   * @return the value; {@link FoundEntry#TOMBSTONE} itself if the key was deleted; null if there is
   *     no such version
   */
  public byte @Nullable [] get(int keyspace, byte[] key, int keyLength, long hash) {
    long before = limit();
    if (before == 0) {
      return null;
    }
    long operation = find(keyspace, key, keyLength, hash, before);
    if (operation < 0) {
      return null;
    }
    return BatchFormat.kind(log, operation) == BatchFormat.DELETE
        ? FoundEntry.TOMBSTONE
        : Bytes.copy(
            log,
            BatchFormat.keyOffset(operation) + keyLength,
            BatchFormat.valueLength(log, operation));
  }

  private long find(int keyspace, byte[] key, int keyLength, long hash, long before) {
    long operation = points.find(keyspace, key, keyLength, hash);
    return operation < before ? operation : findOlder(keyspace, key, keyLength, before);
  }

  private long findOlder(int keyspace, byte[] key, int keyLength, long before) {
    KeyTree tree = trees.get(keyspace);
    return tree == null ? -1 : tree.find(key, keyLength, before);
  }

  /**
   * Returns a cursor over the newest version of each key that starts before a limit, tombstones
   * included; its sequence numbers are 0.
   */
  public InternalCursor cursor(int keyspace, long before) {
    return new MemtableCursor(treeOf(keyspace), before, null);
  }

  /**
   * Returns a cursor over all visible versions of all keys, newest first for each key. Of several
   * versions in one batch it shows the last.
   */
  public InternalCursor versions(int keyspace, SequenceOfPosition sequences) {
    return new MemtableCursor(treeOf(keyspace), limit(), sequences);
  }

  /** Tells whether a keyspace may have keys that are equal to or greater than a key. */
  public boolean reaches(int keyspace, byte[] key) {
    KeyTree tree = trees.get(keyspace);
    return tree != null && (key.length == 0 || !tree.endsBefore(key));
  }

  private KeyTree treeOf(int keyspace) {
    KeyTree tree = trees.get(keyspace);
    return tree == null ? noKeys : tree;
  }

  /**
   * Shows a sink about some number of the keys, evenly spread, of all keyspaces. The memtable must
   * be frozen.
   */
  public void sample(int count, KeySink sink) {
    byte[][] buffer = {new byte[64]};
    points.sample(
        count,
        operation -> {
          int length = operations.keyLength(operation);
          if (buffer[0].length < length) {
            buffer[0] = new byte[length];
          }
          operations.copyKey(operation, length, buffer[0]);
          sink.accept(
              operations.keyspace(operation),
              buffer[0],
              length,
              BatchFormat.kind(log, operation) == BatchFormat.DELETE);
        });
  }

  /** Returns the ids of the keyspaces that have entries, in ascending order. */
  public int[] keyspaces() {
    return trees.ids().clone();
  }

  /** Tells whether a keyspace has entries, visible or not yet. */
  public boolean holds(int keyspace) {
    return trees.get(keyspace) != null;
  }

  /** Returns how many versions a keyspace has; exact once the memtable is frozen. */
  public long entries(int keyspace) {
    long seen = limit();
    KeyTree tree = trees.get(keyspace);
    return tree == null || seen == 0 ? 0 : tree.entries();
  }

  /** Returns how many operations were inserted; exact once the memtable is frozen. */
  public long entries() {
    return limit() == 0 ? 0 : entries;
  }

  /** Returns how many of the operations are deletes; exact once the memtable is frozen. */
  public long tombstones() {
    return limit() == 0 ? 0 : tombstones;
  }

  /** Returns an estimate of the heap that the index takes; for the writer, and once frozen. */
  public long indexBytes() {
    long bytes = points.heapBytes();
    for (KeyTree tree : trees.trees()) {
      bytes += tree.heapBytes();
    }
    return bytes;
  }
}
