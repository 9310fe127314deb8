package org.anvildb.table;

import java.util.Arrays;
import org.anvildb.bytes.Bytes;

/**
 * Gathers where each block is and a key that separates it from the one before, and writes the block
 * index ({@link BlockIndex}). Not thread-safe.
 */
final class BlockIndexBuilder {
  private int blocks;
  private int[] offsets = new int[256];
  private int[] restoredBytes = new int[256];
  private int[] separatorEnds = new int[256];
  private byte[] separators = new byte[4 << 10];
  private int separatorsLength;

  int blocks() {
    return blocks;
  }

  /** Returns about how large the section will be. */
  long estimatedBytes() {
    return separatorsLength + 20L * blocks;
  }

  /**
   * Adds a block.
   *
   * @param offset where it is in the file
   * @param restored its size in memory
   * @param separator a key that is greater than all of the block before, as far as that has other
   *     keys, and not greater than the first of this one
   */
  void add(long offset, int restored, byte[] separator, int separatorLength) {
    if (blocks == offsets.length) {
      offsets = Arrays.copyOf(offsets, 2 * blocks);
      restoredBytes = Arrays.copyOf(restoredBytes, 2 * blocks);
      separatorEnds = Arrays.copyOf(separatorEnds, 2 * blocks);
    }
    if (separators.length - separatorsLength < separatorLength) {
      separators =
          Arrays.copyOf(
              separators, Math.max(2 * separators.length, separatorsLength + separatorLength));
    }
    System.arraycopy(separator, 0, separators, separatorsLength, separatorLength);
    separatorsLength += separatorLength;
    offsets[blocks] = (int) offset;
    restoredBytes[blocks] = restored;
    separatorEnds[blocks] = separatorsLength;
    blocks++;
  }

  /**
   * Writes the section.
   *
   * @param dataBytes where the last block ends
   * @param prefix how many bytes all separators but the first share with the smallest key
   * @param compressed whether blocks may be smaller in the file than in memory
   */
  void write(PageWriter out, long dataBytes, int prefix, boolean compressed) {
    int[] ends = new int[blocks + 1];
    byte[] heads = new byte[blocks * BlockIndex.HEAD_BYTES];
    for (int i = 1; i < blocks; i++) {
      putHead(heads, ends, i, separatorEnds[i - 1] + prefix);
    }
    out.write(heads, 0, heads.length);
    int[] blockOffsets = Arrays.copyOf(offsets, blocks + 1);
    blockOffsets[blocks] = (int) dataBytes;
    writeInts(out, blockOffsets, blocks + 1);
    if (compressed) {
      writeInts(out, restoredBytes, blocks);
    }
    writeInts(out, ends, blocks + 1);
    for (int i = 1; i < blocks; i++) {
      writeSeparator(out, i, separatorEnds[i - 1] + prefix);
    }
  }

  /**
   * Notes where a separator ends, and its head. A method of its own, as it is compiled after a few
   * hundred calls; a loop of as many rounds is interpreted anew in each of the first tables.
   */
  private void putHead(byte[] heads, int[] ends, int i, int from) {
    ends[i + 1] = ends[i] + separatorEnds[i] - from;
    Bytes.putLong(
        heads,
        i * BlockIndex.HEAD_BYTES,
        Long.reverseBytes(Bytes.head(separators, from, separatorEnds[i])));
  }

  private void writeSeparator(PageWriter out, int i, int from) {
    out.write(separators, from, separatorEnds[i] - from);
  }

  private static void writeInts(PageWriter out, int[] numbers, int count) {
    byte[] b = new byte[Integer.BYTES * count];
    for (int i = 0; i < count; i++) {
      Bytes.putInt(b, Integer.BYTES * i, numbers[i]);
    }
    out.write(b, 0, b.length);
  }
}
