package org.anvildb.table;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Holds restored blocks of compressed tables, up to a number of bytes. Thread-safe.
 *
 * <p>A hit takes no lock: each table has an array of its restored blocks. The cache itself only
 * decides which ones go: each shard keeps its blocks in order of arrival; the oldest goes, unless
 * it was used since it was last looked at, which sends it to the end once more ("second chance").
 */
public final class BlockCache {
  private static final int MAX_SHARDS = 16;
  private static final long MIN_SHARD_BYTES = 4 << 20;

  private final Shard[] shards;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final AtomicLong usedBytes = new AtomicLong();

  /** Makes a cache; with capacity 0 it holds nothing. */
  public BlockCache(long capacityBytes) {
    int count = Math.clamp(capacityBytes / MIN_SHARD_BYTES, 1, MAX_SHARDS);
    shards = new Shard[Integer.highestOneBit(count)];
    for (int i = 0; i < shards.length; i++) {
      shards[i] = new Shard(capacityBytes / shards.length);
    }
  }

  /** Returns how many reads found their block. */
  public long hits() {
    return hits.sum();
  }

  /** Returns how many reads had to restore their block. */
  public long misses() {
    return misses.sum();
  }

  /** Returns the size of all blocks held. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /** Drops all blocks of a table. */
  public void evict(long tableNumber) {
    for (Shard shard : shards) {
      shard.evict(tableNumber);
    }
  }

  @Nullable CachedBlock get(CachedBlocks home, int ordinal) {
    CachedBlock block = home.get(ordinal);
    if (block == null) {
      misses.increment();
      return null;
    }
    hits.increment();
    if (!block.used) {
      block.used = true;
    }
    return block;
  }

  void put(CachedBlock block) {
    int hash = (int) (block.home.table * 31 + block.ordinal);
    Shard shard = shards[hash & (shards.length - 1)];
    shard.put(block);
    if (block.home.closed()) {
      shard.evict(block.home.table);
    }
  }

  private final class Shard {
    private final long capacityBytes;

    @GuardedBy("this")
    private final ArrayDeque<CachedBlock> blocks = new ArrayDeque<>();

    @GuardedBy("this")
    private long bytes;

    Shard(long capacityBytes) {
      this.capacityBytes = capacityBytes;
    }

    synchronized void put(CachedBlock block) {
      if (block.bytes > capacityBytes || !block.home.set(block)) {
        return;
      }
      while (bytes + block.bytes > capacityBytes) {
        CachedBlock oldest = blocks.remove();
        if (oldest.used) {
          oldest.used = false;
          blocks.add(oldest);
        } else {
          drop(oldest);
        }
      }
      blocks.add(block);
      bytes += block.bytes;
      usedBytes.addAndGet(block.bytes);
    }

    synchronized void evict(long table) {
      for (var all = blocks.iterator(); all.hasNext(); ) {
        CachedBlock block = all.next();
        if (block.home.table == table) {
          all.remove();
          drop(block);
        }
      }
    }

    @GuardedBy("this")
    private void drop(CachedBlock block) {
      block.home.remove(block);
      bytes -= block.bytes;
      usedBytes.addAndGet(-block.bytes);
    }
  }
}
