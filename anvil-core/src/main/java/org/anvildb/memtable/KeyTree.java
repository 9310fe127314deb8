package org.anvildb.memtable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.anvildb.bytes.LateFault;
import org.jspecify.annotations.Nullable;

/**
 * The ordered index of one keyspace in a memtable: a B-link tree of leaves ({@link Leaf}) below
 * {@link InnerNode inner nodes}. Keys are added and overwritten, never removed.
 *
 * <p>One writer, any number of readers without locks. A split first links the new leaf to its left
 * neighbour and then enters it above, so that a reader finds every key at any moment: from above or
 * along the leaves.
 */
final class KeyTree {
  /** How many writes elsewhere end a stay in a leaf. */
  private static final int ENDS_STAY = 8;

  private static final VarHandle ROOT;
  private static final VarHandle NEAR;

  static {
    try {
      ROOT = MethodHandles.lookup().findVarHandle(KeyTree.class, "root", InnerNode.class);
      NEAR = MethodHandles.lookup().findVarHandle(KeyTree.class, "near", long[].class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final OperationReader operations;
  private final VersionChains versions = new VersionChains();
  private final long[] first = LeafWriter.emptyLeaf();
  private InnerNode root;

  /**
   * The leaf in which the writer stays, apart from the last one: that of a queue's front, which is
   * also where cursors are opened. Null when it writes here and there.
   */
  private long @Nullable [] near;

  /** The leaves by their numbers, from 1 on; a number is published by the left neighbour. */
  private long[][] leaves = new long[4][];

  // The writer's own; others see at least those entries whose publication they have seen.
  private final LeafWriter writer;
  private int leafCount;
  private long[] last = first;
  private long locatedHigh;
  private int elsewhere;
  private InnerNode[] path = new InnerNode[4];
  private int[] pathIndex = new int[4];
  private byte[] separatorKey = new byte[64];
  private long innerBytes;
  private long entries;

  KeyTree(OperationReader operations, LeafWriter writer) {
    this.operations = operations;
    this.writer = writer;
    this.root = InnerNode.of(operations, 1, new int[0], new Object[] {first});
    this.innerBytes = root.heapBytes();
    addLeaf(first);
  }

  OperationReader operations() {
    return operations;
  }

  VersionChains versions() {
    return versions;
  }

  long[] first() {
    return first;
  }

  /** Returns the leaf with a number that was read from a leaf. */
  long[] leaf(int number) {
    return leaves[number];
  }

  long entries() {
    return entries;
  }

  long heapBytes() {
    long ofLeaves = (long) leafCount * Leaf.HEAP_BYTES + 4L * leaves.length;
    return ofLeaves + innerBytes + versions.heapBytes();
  }

  /** Returns the leaf where a key belongs, or, after a lost race, one to the left of it. */
  long[] descend(byte[] key, int length, boolean strict) {
    InnerNode node = (InnerNode) ROOT.getAcquire(this);
    while (node.level() > 1) {
      node = node.inner(node.route(operations, key, length, strict));
    }
    return node.leaf(node.route(operations, key, length, strict));
  }

  /** As {@link #descend}, to the first key that is not less; without a descent if it is near. */
  long[] ceilingLeaf(byte[] key, int length) {
    long[] leaf = (long[]) NEAR.getAcquire(this);
    if (leaf != null) {
      long version = (long) Leaf.WORD.getAcquire(leaf, Leaf.VERSION);
      if ((version & 1) == 0
          && Leaf.surelyWithin(leaf, operations, key, length)
          && !Leaf.changedSince(leaf, version)) {
        return leaf;
      }
    }
    return descend(key, length, false);
  }

  /** Returns the last leaf, or, after a lost race, one to the left of it. */
  long[] descendLast() {
    InnerNode node = (InnerNode) ROOT.getAcquire(this);
    while (node.level() > 1) {
      node = node.inner(node.size() - 1);
    }
    return node.leaf(node.size() - 1);
  }

  /**
   * Tells whether all keys are less than a key, as far as that is to be had from the last leaf; an
   * outdated one has a right neighbour. No key before the reader's limit is overlooked.
   */
  boolean endsBefore(byte[] key) {
    long[] leaf = last;
    long version = Leaf.startReading(leaf);
    int count = Leaf.count(leaf);
    boolean rightmost = Leaf.next(leaf) == 0;
    long greatest = count == 0 ? -1 : Leaf.operation(leaf, count - 1);
    boolean reaches = Leaf.surelyReaches(leaf, operations, key, key.length);
    if (Leaf.changedSince(leaf, version) || !rightmost || reaches) {
      return false;
    }
    return greatest < 0 || operations.compare(key, key.length, greatest, 0) > 0;
  }

  /** Returns the newest operation on a key before a limit, or -1. */
  long find(byte[] key, int length, long limit) {
    long[] leaf = descend(key, length, false);
    while (true) {
      long version = Leaf.startReading(leaf);
      int position = Leaf.search(leaf, operations, key, length);
      long payload = position >= 0 ? Leaf.payload(leaf, position) : 0;
      int right =
          ~position == Leaf.count(leaf) ? Leaf.rightOf(leaf, operations, key, length, false) : 0;
      if (Leaf.changedSince(leaf, version)) {
        continue;
      }
      if (position >= 0) {
        return versions.newest(payload, limit);
      }
      if (right == 0) {
        return -1;
      }
      leaf = leaf(right);
    }
  }

  /** Writer: returns the leaf where a key belongs. */
  long[] locate(byte[] key, int length) {
    if (Leaf.surelyBelow(last, operations, key, length)) {
      return last;
    }
    long[] leaf = near;
    if (leaf != null && Leaf.surelyWithin(leaf, operations, key, length)) {
      elsewhere = 0;
      return leaf;
    }
    leaf = descend(key, length, false);
    noteLocated(leaf);
    return leaf;
  }

  /**
   * Looks whether the writer stays in a leaf. Leaves are told apart by their high keys: to store a
   * reference at each write would cost a barrier of the collector.
   */
  private void noteLocated(long[] leaf) {
    long high = leaf[Leaf.HIGH];
    if (high == locatedHigh) {
      if (near != leaf) {
        NEAR.setRelease(this, leaf);
      }
      elsewhere = 0;
    } else {
      locatedHigh = high;
      if (near != null && ++elsewhere == ENDS_STAY) {
        near = null;
        elsewhere = 0;
      }
    }
  }

  /**
   * Writer: adds a version of a key that belongs into a leaf.
   *
   * @param batch where the operation's batch starts: a version before it that stems from the same
   *     batch is forgotten, as nobody can see it
   * @return the operation that was the key's newest, or -1
   */
  long put(long[] leaf, byte[] key, int length, long operation, long batch) {
    int position = Leaf.search(leaf, operations, key, length);
    if (position < 0) {
      add(leaf, ~position, key, length, operation);
      return -1;
    }
    return overwrite(leaf, position, operation, batch);
  }

  private void add(long[] located, int found, byte[] key, int length, long operation) {
    long[] leaf = located;
    int position = found;
    entries++;
    if (Leaf.count(leaf) == Leaf.CAPACITY) {
      boolean inRun = LeafWriter.continuesRun(leaf, position);
      if (position == Leaf.CAPACITY && (leaf == last || inRun)) {
        long[] right = writer.append(leaf, key, length, operation);
        writer.link(leaf, right, addLeaf(right));
        enter(right, leaf);
        return;
      }
      int cut = position == 0 || inRun ? position : Leaf.CAPACITY / 2;
      long[] right = writer.copyRight(leaf, cut);
      writer.cutOff(leaf, cut, right, addLeaf(right));
      enter(right, leaf);
      if (position > cut) {
        position -= cut;
        leaf = right;
      }
    }
    writer.insert(leaf, position, key, length, operation);
  }

  private long overwrite(long[] leaf, int position, long operation, long batch) {
    long payload = Leaf.payload(leaf, position);
    long previous = VersionChains.operation(payload);
    int older;
    if (previous >= batch) {
      older = VersionChains.older(payload);
    } else {
      older = versions.add(payload);
      entries++;
    }
    writer.replace(leaf, position, VersionChains.payload(operation, older));
    return previous;
  }

  private int addLeaf(long[] leaf) {
    int number = ++leafCount;
    if (number == leaves.length) {
      leaves = Arrays.copyOf(leaves, 2 * number);
    }
    leaves[number] = leaf;
    return number;
  }

  /**
   * Enters a new leaf, the right neighbour of one, into the nodes above. What these are made of is
   * read from the log, so they are shown to readers when no error of that is due.
   */
  private void enter(long[] right, long[] left) {
    if (left == last) {
      last = right;
    }
    long firstOperation = Leaf.operation(right, 0);
    int depth = descendTo(firstOperation);
    Object leftNode = left;
    Object rightNode = right;
    int separator = InnerNode.separator(firstOperation);
    for (int i = depth - 1; i >= 0; i--) {
      InnerNode old = path[i];
      InnerNode grown = old.with(operations, pathIndex[i], leftNode, separator, rightNode);
      innerBytes += grown.heapBytes() - old.heapBytes();
      int size = grown.size();
      if (size <= InnerNode.CAPACITY) {
        LateFault.deliver();
        replace(i, grown);
        return;
      }
      int cut = pathIndex[i] + 2 == size ? size - 1 : size / 2;
      separator = grown.separatorBefore(cut);
      leftNode = grown.part(operations, 0, cut);
      rightNode = grown.part(operations, cut, size);
    }
    Object[] children = {leftNode, rightNode};
    InnerNode top = InnerNode.of(operations, depth + 1, new int[] {separator}, children);
    innerBytes += top.heapBytes();
    LateFault.deliver();
    ROOT.setRelease(this, top);
  }

  private void replace(int depth, InnerNode node) {
    if (depth == 0) {
      ROOT.setRelease(this, node);
    } else {
      path[depth - 1].replaceChild(pathIndex[depth - 1], node);
    }
  }

  /** Notes the path to the leaf of an operation's key; returns how many inner nodes it has. */
  private int descendTo(long operation) {
    int length = operations.keyLength(operation);
    if (separatorKey.length < length) {
      separatorKey = new byte[length];
    }
    operations.copyKey(operation, length, separatorKey);
    InnerNode node = root;
    int levels = node.level();
    if (path.length < levels) {
      path = new InnerNode[2 * levels];
      pathIndex = new int[2 * levels];
    }
    for (int i = 0; ; i++) {
      int index = node.route(operations, separatorKey, length, false);
      path[i] = node;
      pathIndex[i] = index;
      if (node.level() == 1) {
        return levels;
      }
      node = node.inner(index);
    }
  }
}
