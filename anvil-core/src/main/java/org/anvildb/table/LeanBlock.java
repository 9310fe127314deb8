package org.anvildb.table;

import org.anvildb.api.Codec;
import org.anvildb.bytes.Bytes;

/**
 * The form in which tables with a codec store a block ({@link BlockFormat}): without what its
 * entries tell anyway.
 *
 * <pre>
 *   the first 8 bytes of the block, as they are
 *   compressed: smallest sequence, own prefix, sequence deltas, entries
 * </pre>
 *
 * Heads and offsets are left out, and made again from the entries when the block is restored. They
 * hardly compress: of entries of 16 and 100 bytes, half of that compressible, they took a
 * fourteenth of a table, and making them again takes less time than restoring them would.
 */
final class LeanBlock {
  static final int HEADER_BYTES = BlockFormat.HEADER_BYTES;

  private final byte[] block;
  private final int end;
  private final int count;
  private final int own;
  private final boolean wide;
  private final int headsAt;
  private final int offsetsAt;
  private final int entriesAt;
  private final int left;

  /** Reads the layout of a block from its first bytes, which stand in the array already. */
  private LeanBlock(byte[] block, int end, int tablePrefix) {
    this.block = block;
    this.end = end;
    this.count = Bytes.getInt(block, BlockFormat.COUNT);
    this.own = (Bytes.getInt(block, BlockFormat.PREFIX_LENGTH) & 0xffff) - tablePrefix;
    int flags = block[BlockFormat.FLAGS] & 0xff;
    this.wide = (flags & BlockFormat.WIDE_OFFSETS) != 0;
    int sequenceBytes = flags >>> BlockFormat.SEQUENCE_SHIFT;
    if (count <= 0 || count > end || own < 0 || !BlockFormat.isSequenceBytes(sequenceBytes)) {
      throw malformed();
    }
    this.headsAt = HEADER_BYTES + (sequenceBytes > 0 ? Long.BYTES : 0) + own;
    this.left = BlockFormat.leftOut(count, wide);
    this.offsetsAt = headsAt + BlockFormat.HEAD_BYTES * count;
    long entries = (long) headsAt + left + (long) sequenceBytes * count;
    if (entries >= end) {
      throw malformed();
    }
    this.entriesAt = (int) entries;
  }

  /**
   * Restores a block.
   *
   * @param stored the block as it is in the file
   * @param target takes the block from its start on; has {@link EntryFormat#SLACK_BYTES} more
   * @param size the size of the block in memory
   * @param tablePrefix how many bytes of each key are not stored
   * @throws IllegalArgumentException if the bytes are not such a block; codecs of others may throw
   *     anything
   */
  static void restore(Codec codec, byte[] stored, byte[] target, int size, int tablePrefix) {
    if (stored.length <= HEADER_BYTES || size <= HEADER_BYTES) {
      throw malformed();
    }
    System.arraycopy(stored, 0, target, 0, HEADER_BYTES);
    LeanBlock block = new LeanBlock(target, size, tablePrefix);
    int from = HEADER_BYTES + block.left;
    codec.decompress(stored, HEADER_BYTES, stored.length - HEADER_BYTES, target, from, size - from);
    System.arraycopy(target, from, target, HEADER_BYTES, block.headsAt - HEADER_BYTES);
    block.fill();
  }

  /** Makes heads and offsets from the entries, which must fill the block. */
  private void fill() {
    int at = entriesAt;
    for (int i = 0; i < count; i++) {
      long header = at < end ? EntryFormat.header(block, at, end) : -1;
      int suffixLength = EntryFormat.suffixLength(header);
      if (header < 0 || suffixLength < own || !wide && at > 0xffff) {
        throw malformed();
      }
      int suffix = at + EntryFormat.bytes(header);
      BlockFormat.putHead(block, headsAt, i, block, suffix + own, suffix + suffixLength);
      BlockFormat.putOffset(block, offsetsAt, i, at, wide);
      at = suffix + suffixLength + EntryFormat.valueLength(header);
    }
    if (at != end) {
      throw malformed();
    }
  }

  private static IllegalArgumentException malformed() {
    return new IllegalArgumentException("the restored bytes are no block");
  }
}
