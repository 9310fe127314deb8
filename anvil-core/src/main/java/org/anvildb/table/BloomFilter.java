package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;

/**
 * A Bloom filter in blocks of one cache line: tells that a key is not in a table, or that it may
 * be. Thread-safe.
 *
 * <p>A key belongs to line {@code hash * lines >> 64} and sets 7 of its 512 bits: bit i is given by
 * bits 9i to 9i+8 of {@code hash * MIX}. At 10 bits a key about 1 % of absent keys are let through.
 */
final class BloomFilter {
  static final int BITS_PER_KEY = 10;

  private static final int PROBES = 7;
  private static final long MIX = 0x9E37_79B9_7F4A_7C15L;

  private final Pages pages;
  private final MemorySegment memory;
  private final long start;
  private final long lines;

  BloomFilter(Pages pages, MemorySegment memory, Footer footer, TableProperties properties) {
    this.pages = pages;
    this.memory = memory;
    this.start = footer.filterOffset();
    this.lines = properties.filterLines();
  }

  /** Tells whether a key of this hash may be there. */
  boolean mayContain(long hash) {
    long line = start + Math.unsignedMultiplyHigh(hash, lines) * TableFormat.LINE_BYTES;
    pages.touch(line, TableFormat.LINE_BYTES);
    long bits = hash * MIX;
    for (int i = 0; i < PROBES; i++) {
      long word = memory.get(Bytes.LE_LONG, line + ((bits & 511) >>> 6 << 3));
      if ((word >>> bits & 1) == 0) {
        return false;
      }
      bits >>>= 9;
    }
    return true;
  }

  /** Returns how many lines a number of keys takes. */
  static int lines(long keys) {
    long bits = Math.max(1, keys * BITS_PER_KEY);
    return (int) ((bits + 511) / (8 * TableFormat.LINE_BYTES));
  }

  /** Writes a filter of keys. */
  static void write(KeyLocations keys, PageWriter out) {
    int lines = lines(keys.size());
    byte[] filter = new byte[lines * TableFormat.LINE_BYTES];
    for (int chunk = 0; chunk < keys.chunks(); chunk++) {
      long[] hashes = keys.hashes(chunk);
      int size = keys.chunkSize(chunk);
      for (int i = 0; i < size; i++) {
        long bits = hashes[i] * MIX;
        int line = (int) Math.unsignedMultiplyHigh(hashes[i], lines) * TableFormat.LINE_BYTES;
        for (int probe = 0; probe < PROBES; probe++) {
          filter[line + (int) ((bits & 511) >>> 3)] |= (byte) (1 << (bits & 7));
          bits >>>= 9;
        }
      }
    }
    out.write(filter, 0, filter.length);
  }
}
