package org.anvildb.table;

/**
 * The slots of one point index in which keys were found last, by the keys' hashes. A key that is
 * read often is found here and needs no bucket: one wait for memory less, and one line less in the
 * processor's cache, where a bucket is kept for the sake of one of its twelve keys. Thread-safe
 * without locks.
 *
 * <p>What is noted stays true, as a table never changes; that two keys share a place shows in the
 * bits of the hash, and at last in the entry. Threads may overwrite each other's slots.
 *
 * <p>4 bytes for 30 to 60 keys, at most 64 KB. Seen with 20,000 hot keys of 2 million: 366 ns a get
 * instead of 471; 2 to 3 % slower where all keys are read alike.
 */
final class RecentSlots {
  private static final int BUCKETS_FOR_A_SLOT = 3;
  private static final int MIN_SLOTS = 64;
  private static final int MAX_SLOTS = 16 << 10;
  private static final int HASH_SHIFT = 36;

  /** 0 is none: no entry starts at offset 0; of block 0 some slots are not remembered. */
  private final int[] slots;

  RecentSlots(long homeBuckets) {
    long wanted = Math.clamp(homeBuckets / BUCKETS_FOR_A_SLOT, MIN_SLOTS, MAX_SLOTS);
    this.slots = new int[(int) Long.highestOneBit(wanted)];
  }

  /** Returns a slot that may be that of a key of this hash, or 0. */
  long get(long hash) {
    return Integer.toUnsignedLong(slots[place(hash)]);
  }

  /** Notes a slot in which a key of this hash was found. */
  void note(long hash, long slot) {
    slots[place(hash)] = (int) slot;
  }

  private int place(long hash) {
    return (int) (hash >>> HASH_SHIFT) & slots.length - 1;
  }
}
