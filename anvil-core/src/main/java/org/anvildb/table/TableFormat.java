package org.anvildb.table;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The layout of a table file.
 *
 * <pre>
 *  +--------+--------+-----+-------------+-------------------+------------+----------------+--------+
 *  | block  | block  | ... | block index | point index       | properties | page checksums | footer |
 *  |        |        |     |             | or Bloom filter   |            | 4 bytes a page | 64 B   |
 *  +--------+--------+-----+-------------+-------------------+------------+----------------+--------+
 *  |<- pages of 16 KiB, one CRC32C each; the last may be shorter ------->|
 * </pre>
 *
 * Sections start at multiples of 64, with zeros between them. Every byte is covered: the pages by
 * the page checksums, these by a checksum in the footer, the footer by its own, which the manifest
 * holds too. All numbers are little-endian, heads excepted. A file is shorter than 4 GiB, so that
 * an offset takes 4 bytes.
 */
final class TableFormat {
  /** The number of this format; in such a table with a codec, blocks are compressed whole. */
  static final int VERSION = 1;

  /** The number of the same format, but for the form of compressed blocks: {@link LeanBlock}. */
  static final int LEAN_VERSION = 2;

  /** The bytes "ANVILSST". */
  static final long MAGIC = 0x5453_534C_4956_4E41L;

  static final int FOOTER_BYTES = 64;

  static final int PAGE_SHIFT = 14;
  static final int PAGE_BYTES = 1 << PAGE_SHIFT;

  /** Sections start at multiples of this: the size of a cache line. */
  static final int LINE_BYTES = 64;

  static final long MAX_FILE_BYTES = 0xFFFF_FFFFL;

  /** Larger values are written straight to the file, as a block of their own, uncompressed. */
  static final int LARGE_VALUE_BYTES = 256 << 10;

  /** No compressed block is larger than this when restored: bounds what a reader allocates. */
  static final int MAX_RESTORED_BYTES = 4 << 20;

  /** Big-endian numbers of 4 bytes at any address: for heads in blocks. */
  static final ValueLayout.OfInt BE_INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private TableFormat() {}

  /** Returns how many pages a number of bytes takes. */
  static int pages(long bytes) {
    return (int) ((bytes + PAGE_BYTES - 1) >>> PAGE_SHIFT);
  }
}
