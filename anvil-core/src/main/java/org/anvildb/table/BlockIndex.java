package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.LateFault;
import org.jspecify.annotations.Nullable;

/**
 * Where the blocks of a table are, and which one may hold a key. Thread-safe.
 *
 * <pre>
 *  heads: the 8 bytes of each separator behind the prefix, big-endian   8 each
 *  file offset of each block, then of the end of the last               4 each
 *  size of each block in memory, only if the table has a codec          4 each
 *  ends of the separators, the first number being 0                     4 each, one more than blocks
 *  separators without the prefix
 * </pre>
 *
 * The separator of a block is greater than all keys of the block before (but for older versions of
 * one key that go on in this block) and not greater than its own first key; the first block has an
 * empty one. The prefix is what all keys of the table share.
 */
final class BlockIndex {
  static final int HEAD_BYTES = Bytes.HEAD_BYTES;

  private final String file;
  private final Pages pages;
  private final MemorySegment memory;
  private final long start;
  private final long bytes;
  private final int blocks;
  private final boolean compressed;
  private final byte[] smallest;
  private final int prefix;
  private final long dataBytes;

  private final long offsetsAt;
  private final long restoredAt;
  private final long endsAt;
  private final long separatorsAt;

  /** Made when all pages of the section were checked; a race only does both twice. */
  private @Nullable HeadSamples samples;

  BlockIndex(Pages pages, MemorySegment memory, Footer footer, TableProperties p, String file) {
    this.file = file;
    this.pages = pages;
    this.memory = memory;
    this.start = footer.indexOffset();
    this.bytes = footer.indexBytes();
    this.blocks = p.blocks();
    this.compressed = p.codecId() != Codecs.NONE_ID;
    this.smallest = p.smallest();
    this.prefix = p.steps().shortest();
    this.dataBytes = p.dataBytes();
    this.offsetsAt = start + (long) HEAD_BYTES * blocks;
    this.restoredAt = offsetsAt + 4L * (blocks + 1L);
    this.endsAt = restoredAt + (compressed ? 4L * blocks : 0);
    this.separatorsAt = endsAt + 4L * (blocks + 1L);
    if (separatorsAt > start + bytes) {
      throw corrupt();
    }
  }

  int blocks() {
    return blocks;
  }

  /** Returns where a block starts; it ends where the next one starts. */
  long offset(int block) {
    checked();
    return u32(offsetsAt + 4L * block);
  }

  /** Returns the size of a block in memory. */
  long restoredBytes(int block) {
    long stored = offset(block + 1) - offset(block);
    return compressed ? u32(restoredAt + 4L * block) : stored;
  }

  /** Checks that a block lies among the blocks; returns where it ends. */
  long checkedEnd(int block, long offset) {
    long end = offset(block + 1);
    if (offset >= end || end > dataBytes) {
      throw corrupt();
    }
    return end;
  }

  /** Returns the last block whose separator is less than a key; the first if there is none. */
  int find(byte[] key, int keyLength) {
    HeadSamples samples = checked();
    int shared = Math.min(prefix, keyLength);
    int order = Arrays.compareUnsigned(key, 0, shared, smallest, 0, prefix);
    if (order != 0) {
      return order < 0 ? 0 : blocks - 1;
    }
    long head = Bytes.head(key, prefix, keyLength) ^ Long.MIN_VALUE;
    int group = samples.group(head);
    // Asked for now, this line of offsets arrives together with the heads.
    long groupOffset = u32(offsetsAt + 4L * group);
    int next = HeadSamples.countLess(memory, start, group, blocks, head);
    if (u32(offsetsAt + 4L * next) < groupOffset) {
      throw corrupt();
    }
    int low = Math.max(0, next - 1);
    if (next < blocks && HeadSamples.head(memory, start, next) == head) {
      return findAmongEqual(key, keyLength, head, low);
    }
    return low;
  }

  /** Returns the last block whose separator is less than a key, from a block on that is. */
  private int findAmongEqual(byte[] key, int keyLength, long head, int from) {
    int low = from;
    int high = blocks;
    while (high - low > 1) {
      int middle = (low + high) >>> 1;
      if (HeadSamples.head(memory, start, middle) == head && compare(key, keyLength, middle) > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private int compare(byte[] key, int keyLength, int block) {
    long from = u32(endsAt + 4L * block);
    long to = u32(endsAt + 4L * block + 4);
    if (from > to || separatorsAt + to > start + bytes || to - from > 0xffff) {
      throw corrupt();
    }
    return Bytes.compare(
        key, prefix, keyLength - prefix, memory, separatorsAt + from, (int) (to - from));
  }

  private HeadSamples checked() {
    HeadSamples known = samples;
    if (known == null) {
      pages.touch(start, bytes);
      checkOffsets();
      known = HeadSamples.of(memory, start, blocks);
      LateFault.deliver();
      samples = known;
    }
    return known;
  }

  /** Checks that blocks follow each other: what overlaps would be read again and again. */
  private void checkOffsets() {
    long before = -1;
    for (int block = 0; block <= blocks; block++) {
      long offset = u32(offsetsAt + 4L * block);
      if (offset <= before) {
        throw corrupt();
      }
      before = offset;
    }
    if (before > dataBytes) {
      throw corrupt();
    }
  }

  private long u32(long at) {
    return Bytes.unsignedInt(memory, at);
  }

  private CorruptionException corrupt() {
    return new CorruptionException(
        file, start, "the block index contradicts itself; " + Pages.ADVICE);
  }
}
