package org.anvildb.table;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** The restored blocks of one table by ordinal: a hit in the cache is one array access. */
final class CachedBlocks {
  final long table;
  private final AtomicReferenceArray<@Nullable CachedBlock> blocks;
  private volatile boolean closed;

  CachedBlocks(long table, int count) {
    this.table = table;
    this.blocks = new AtomicReferenceArray<>(count);
  }

  @Nullable CachedBlock get(int ordinal) {
    return blocks.getAcquire(ordinal);
  }

  /** Sets a block where there is none; tells whether it was set. */
  boolean set(CachedBlock block) {
    return blocks.compareAndSet(block.ordinal, null, block);
  }

  /** Removes a block if it is the one that is there. */
  void remove(CachedBlock block) {
    blocks.compareAndSet(block.ordinal, block, null);
  }

  boolean closed() {
    return closed;
  }

  void close() {
    closed = true;
  }
}
