package org.anvildb.table;

import java.lang.foreign.MemorySegment;

/** A restored block on the heap. Thread-safe: its bytes never change. */
final class CachedBlock {
  final MemorySegment memory;
  final int bytes;
  final CachedBlocks home;
  final int ordinal;

  /** Whether it was read since the cache last looked; a lost race costs nothing but a guess. */
  boolean used;

  CachedBlock(CachedBlocks home, int ordinal, byte[] restored, int bytes) {
    this.home = home;
    this.ordinal = ordinal;
    this.memory = MemorySegment.ofArray(restored);
    this.bytes = bytes;
  }
}
