package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.anvildb.api.AnvilException;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.Limits;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.bytes.KeyHash;
import org.anvildb.storage.AppendFile;

/**
 * Writes one table from entries that come in order. Not thread-safe.
 *
 * <p>Holds on the heap: one block, 256 KiB of pages, the block index, and 12 bytes a key for the
 * point index (8 would do for a Bloom filter; without a filter nothing). Large values pass through
 * without a copy of their own.
 */
public final class TableWriter {
  /** Stays below the limit by what the sections may take beyond their estimate. */
  private static final long MAX_ESTIMATED_BYTES = TableFormat.MAX_FILE_BYTES - (16 << 20);

  /** A block that is compressed by less than this part is better read in place. */
  private static final int LEAST_GAIN = 16;

  private final AppendFile file;
  private final long number;
  private final TableOptions options;
  private final boolean compressed;
  private final boolean filtered;

  private final PageWriter out;
  private final BlockBuilder block = new BlockBuilder();
  private final BlockIndexBuilder index = new BlockIndexBuilder();
  private final KeyLocations locations = new KeyLocations();
  private byte[] restored = new byte[0];
  private byte[] stored = new byte[0];

  private long entries;
  private long tombstones;
  private long keys;
  private long maxSequence;
  private int longestKey;
  private byte[] smallest = new byte[0];

  /** The key added last, and how many bytes it and all before share with the smallest. */
  private byte[] last = new byte[64];

  private int lastLength;
  private long lastSequence;
  private int tablePrefix;

  /** How many bytes of the current block's first key tell it from the block before. */
  private int separatorLength;

  private long[] stepStarts = new long[8];
  private int[] stepLengths = new int[8];
  private int steps;

  /** Starts a table in an empty file, which the writer closes. */
  public TableWriter(AppendFile file, long number, TableOptions options) {
    this.file = file;
    this.number = number;
    this.options = options;
    this.compressed = options.codec().id() != Codecs.NONE_ID;
    this.filtered = options.filterPolicy() != FilterPolicy.NONE;
    this.out = new PageWriter(file);
  }

  /**
   * Adds an entry. Keys ascend; the versions of one key come newest first.
   *
   * @throws IllegalStateException if the order is broken, or the file would reach 4 GiB
   */
  public void add(
      byte[] key,
      int keyLength,
      boolean tombstone,
      long sequence,
      MemorySegment value,
      long valueOffset,
      int valueLength) {
    checkSize(keyLength, valueLength);
    int shared = entries == 0 ? 0 : Bytes.commonPrefix(key, keyLength, last, lastLength);
    boolean sameKey = isNextVersion(key, keyLength, shared, sequence);
    tablePrefix = entries == 0 ? keyLength : Math.min(tablePrefix, shared);
    boolean large = valueLength >= TableFormat.LARGE_VALUE_BYTES;
    if (block.count() > 0 && (large || isFull(keyLength + valueLength))) {
      cutBlock();
    }
    if (block.count() == 0) {
      separatorLength = entries == 0 ? 0 : sameKey ? keyLength : shared + 1;
    }
    block.add(key, keyLength, shared, tablePrefix, tombstone, sequence, valueLength);
    if (!sameKey) {
      keys++;
      if (filtered) {
        block.markNewest(KeyHash.hash(key, keyLength, options.hashSeed()));
      }
    }
    if (large) {
      cutBlock(value, valueOffset, valueLength);
    } else {
      block.addValue(value, valueOffset, valueLength);
    }
    note(key, keyLength, tombstone, sequence);
  }

  private void checkSize(int keyLength, int valueLength) {
    if (keyLength > Limits.MAX_KEY_BYTES || valueLength > Limits.MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "a key of " + keyLength + " bytes with a value of " + valueLength + " is too large");
    }
    if (estimatedBytes() + keyLength + valueLength > MAX_ESTIMATED_BYTES) {
      throw new IllegalStateException(file.name() + " is full: a table stays below 4 GiB");
    }
  }

  /** Tells whether the key equals the last one; checks the order. */
  private boolean isNextVersion(byte[] key, int keyLength, int shared, long sequence) {
    if (entries == 0) {
      return false;
    }
    if (shared == lastLength && shared == keyLength) {
      if (sequence >= lastSequence) {
        throw new IllegalStateException(
            file.name() + ": versions of a key must be added newest first");
      }
      return true;
    }
    if (shared == keyLength
        || shared < lastLength && (key[shared] & 0xff) < (last[shared] & 0xff)) {
      throw new IllegalStateException(file.name() + ": keys must be added in ascending order");
    }
    return false;
  }

  /** Tells whether an entry would make the block larger than asked for. */
  private boolean isFull(int entryBytes) {
    long lengthened = (long) block.count() * (block.prefix() - tablePrefix);
    return block.estimatedBytes() + lengthened + entryBytes - tablePrefix > options.blockBytes();
  }

  private void note(byte[] key, int keyLength, boolean tombstone, long sequence) {
    if (entries == 0) {
      smallest = Arrays.copyOf(key, keyLength);
    }
    if (last.length < keyLength) {
      last = new byte[keyLength + keyLength / 2];
    }
    System.arraycopy(key, 0, last, 0, keyLength);
    lastLength = keyLength;
    lastSequence = sequence;
    entries++;
    tombstones += tombstone ? 1 : 0;
    maxSequence = Math.max(maxSequence, sequence);
    longestKey = Math.max(longestKey, keyLength);
  }

  private void cutBlock() {
    int headerLength = block.layOut();
    long offset = out.position();
    int size = headerLength + block.entriesLength();
    int compressedSize = compressed ? compress(headerLength, size) : size;
    if (LeanBlock.HEADER_BYTES + compressedSize < size - size / LEAST_GAIN) {
      out.write(block.header(), 0, LeanBlock.HEADER_BYTES);
      out.write(stored, 0, compressedSize);
    } else {
      out.write(block.header(), 0, headerLength);
      out.write(block.entries(), 0, block.entriesLength());
    }
    noteBlock(offset, size);
  }

  /** Writes a block of one entry whose value is not copied into the builder. */
  private void cutBlock(MemorySegment value, long valueOffset, int valueLength) {
    int headerLength = block.layOut();
    long offset = out.position();
    out.write(block.header(), 0, headerLength);
    out.write(block.entries(), 0, block.entriesLength());
    out.write(value, valueOffset, valueLength);
    noteBlock(offset, headerLength + block.entriesLength() + valueLength);
  }

  /**
   * Compresses what {@link LeanBlock} says into {@link #stored}; returns the size, that of the
   * whole block if it is too large.
   */
  private int compress(int headerLength, int size) {
    if (size > TableFormat.MAX_RESTORED_BYTES) {
      return size;
    }
    if (restored.length < size) {
      restored = new byte[size + size / 4];
      stored = new byte[options.codec().maxCompressedLength(restored.length)];
    }
    int length = block.headsAt() - LeanBlock.HEADER_BYTES;
    System.arraycopy(block.header(), LeanBlock.HEADER_BYTES, restored, 0, length);
    int sequences = headerLength - block.sequencesAt();
    System.arraycopy(block.header(), block.sequencesAt(), restored, length, sequences);
    length += sequences;
    System.arraycopy(block.entries(), 0, restored, length, block.entriesLength());
    return options.codec().compress(restored, 0, length + block.entriesLength(), stored, 0);
  }

  private void noteBlock(long offset, int size) {
    for (int i = 0; filtered && i < block.count(); i++) {
      if (block.isNewest(i)) {
        long location = compressed ? index.blocks() : offset + block.offset(i);
        locations.add(block.hash(i), (int) location);
      }
    }
    index.add(offset, size, block.firstKey(), separatorLength);
    if (steps == 0 || block.prefix() < stepLengths[steps - 1]) {
      if (steps == stepStarts.length) {
        stepStarts = Arrays.copyOf(stepStarts, 2 * steps);
        stepLengths = Arrays.copyOf(stepLengths, 2 * steps);
      }
      stepStarts[steps] = offset;
      stepLengths[steps] = block.prefix();
      steps++;
    }
    block.clear();
  }

  /** Returns about how large the file would be if it were finished now. */
  public long estimatedBytes() {
    long filter =
        switch (options.filterPolicy()) {
          case POINT_INDEX -> (long) (keys * 6.3);
          case BLOOM -> keys * BloomFilter.BITS_PER_KEY / 8;
          case NONE -> 0;
        };
    return out.position() + block.estimatedBytes() + index.estimatedBytes() + filter;
  }

  /** Returns how many entries were added. */
  public long entries() {
    return entries;
  }

  /**
   * Writes what is left, makes the file durable and closes it.
   *
   * @return what is to be kept of the table
   * @throws IllegalStateException if there are no entries
   */
  public TableMeta finish() {
    if (entries == 0) {
      throw new IllegalStateException(file.name() + ": a table has at least one entry");
    }
    if (block.count() > 0) {
      cutBlock();
    }
    long dataBytes = out.position();
    out.align();
    final long indexOffset = out.position();
    index.write(out, dataBytes, tablePrefix, compressed);
    final long indexBytes = out.position() - indexOffset;
    out.align();
    final long filterOffset = out.position();
    int locationBits = PointIndexFormat.locationBits(compressed ? index.blocks() : dataBytes);
    final int filterLines = writeFilter(locationBits);
    final long filterBytes = out.position() - filterOffset;
    byte[] largest = Arrays.copyOf(last, lastLength);
    byte[] properties = properties(largest, dataBytes, filterLines, locationBits).encode();
    final long propertiesOffset = out.position();
    out.write(properties, 0, properties.length);
    final long checksumsOffset = out.position();
    byte[] checksums = out.finishPages();
    file.append(checksums, 0, checksums.length);
    byte[] footer =
        new Footer(
                compressed ? TableFormat.LEAN_VERSION : TableFormat.VERSION,
                number,
                indexOffset,
                indexBytes,
                filterOffset,
                filterBytes,
                propertiesOffset,
                properties.length,
                checksumsOffset,
                checksums.length,
                Checksum.of(checksums, 0, checksums.length))
            .encode();
    file.append(footer, 0, footer.length);
    file.sync();
    file.close();
    return new TableMeta(
        number,
        file.length(),
        entries,
        tombstones,
        smallest,
        largest,
        maxSequence,
        Footer.checksum(footer));
  }

  /** Tells the hash of each key; of none if the options ask for no filter. */
  public void forEachKeyHash(LongConsumer consumer) {
    for (int chunk = 0; chunk < locations.chunks(); chunk++) {
      long[] hashes = locations.hashes(chunk);
      int size = locations.chunkSize(chunk);
      for (int i = 0; i < size; i++) {
        consumer.accept(hashes[i]);
      }
    }
  }

  private int writeFilter(int locationBits) {
    return switch (options.filterPolicy()) {
      case NONE -> 0;
      case BLOOM -> {
        BloomFilter.write(locations, out);
        yield BloomFilter.lines(keys);
      }
      case POINT_INDEX -> {
        var builder = new PointIndexBuilder(locations, locationBits);
        builder.write(out);
        yield builder.homeBuckets();
      }
    };
  }

  private TableProperties properties(
      byte[] largest, long dataBytes, int filterLines, int locationBits) {
    return new TableProperties(
        entries,
        tombstones,
        keys,
        maxSequence,
        options.hashSeed(),
        index.blocks(),
        dataBytes,
        filterLines,
        options.codec().id(),
        options.filterPolicy(),
        locationBits,
        longestKey,
        options.blockBytes(),
        smallest,
        largest,
        new PrefixSteps(Arrays.copyOf(stepStarts, steps), Arrays.copyOf(stepLengths, steps)));
  }

  /** Closes the file, whatever its state; the caller deletes it. */
  public void abandon() {
    try {
      file.close();
    } catch (AnvilException e) {
      // The file is about to be deleted: what it lost is of no interest.
    }
  }
}
