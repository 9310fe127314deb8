package org.anvildb.table;

/**
 * The layout of a point index: a hash table in the file whose buckets are cache lines.
 *
 * <pre>
 *   0  12 fingerprints of one byte, 1 to 255, of the keys in the bucket; 0: empty  12
 *  12  overflow mask: bit b is set if a key whose overflow bit is b went on to
 *      the next bucket                                                              4
 *  16  12 slots: the key's location in the low bits (as many as the properties
 *      tell), more bits of its hash above                                          48
 * </pre>
 *
 * A key belongs to bucket {@code hash * buckets >> 64}; where that is full it goes to the next one.
 * Behind the last home bucket stand as many more as overflow needs. The overflow mask lets a search
 * for an absent key end in its first bucket almost always, also at a high load. The location is the
 * file offset of the entry; in compressed tables the ordinal of the block.
 *
 * <p>Only the newest version of a key has a slot; older ones follow it in the blocks.
 */
final class PointIndexFormat {
  static final int BUCKET_BYTES = TableFormat.LINE_BYTES;
  static final int SLOTS = 12;
  static final int MASK_OFFSET = 12;
  static final int SLOTS_OFFSET = 16;

  /** How full buckets are on average: 90 % would save 6 % of the index, but displace more keys. */
  static final double LOAD = 0.85;

  private PointIndexFormat() {}

  static int fingerprint(long hash) {
    int low = (int) hash & 0xff;
    return low == 0 ? 1 : low;
  }

  static int overflowBit(long hash) {
    return (int) (hash >>> 8) & 31;
  }

  /** Returns what stands in a slot above the location, moved to the low bits. */
  static int extra(long hash, int locationBits) {
    return (int) (hash >>> 13 & (1L << (Integer.SIZE - locationBits)) - 1);
  }

  static int homeBucket(long hash, int buckets) {
    return (int) Math.unsignedMultiplyHigh(hash, buckets);
  }

  /** Returns how many home buckets a number of keys takes. */
  static int homeBuckets(long keys) {
    return (int) Math.max(1, Math.ceil(keys / (SLOTS * LOAD)));
  }

  /** Returns how many low bits of a slot hold locations below a limit. */
  static int locationBits(long limit) {
    return Math.max(1, Long.SIZE - Long.numberOfLeadingZeros(limit - 1));
  }
}
