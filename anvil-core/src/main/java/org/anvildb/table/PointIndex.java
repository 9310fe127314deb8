package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.bytes.Bytes;
import org.anvildb.cursor.FoundEntry;
import org.jspecify.annotations.Nullable;

/** Finds keys by the point index of one table ({@link PointIndexFormat}). Thread-safe. */
final class PointIndex {
  private static final long LOW_BITS = 0x0101_0101_0101_0101L;
  private static final long NO_TOP_BITS = 0x7f7f_7f7f_7f7f_7f7fL;

  /** With fewer bits of the hash in a slot, too many recent ones would be another key's. */
  private static final int MIN_HASH_BITS = 4;

  private final Pages pages;
  private final MemorySegment memory;
  private final long start;
  private final long end;
  private final long homeBuckets;
  private final int locationBits;
  private final long locationMask;

  /** Made when a key is first found; a race only forgets some slots. */
  private @Nullable RecentSlots recent;

  PointIndex(Pages pages, MemorySegment memory, Footer footer, TableProperties properties) {
    this.pages = pages;
    this.memory = memory;
    this.start = footer.filterOffset();
    this.end = start + footer.filterBytes();
    this.homeBuckets = properties.filterLines();
    this.locationBits = properties.locationBits();
    this.locationMask = (1L << locationBits) - 1;
  }

  /**
   * Finds a key: asks the table for each location whose bits of the hash are right. Returns what
   * {@link Table#entryAt} does.
   */
  long find(
      Table table,
      byte[] key,
      int keyLength,
      long hash,
      long maxSequence,
      @Nullable FoundEntry out) {
    int extra = PointIndexFormat.extra(hash, locationBits);
    RecentSlots recent = this.recent;
    if (recent != null) {
      long slot = recent.get(hash);
      if (slot != 0 && slot >>> locationBits == extra) {
        long found = table.entryAt(slot & locationMask, key, keyLength, maxSequence, out);
        if (found != Table.ABSENT) {
          return found;
        }
      }
    }
    long pattern = PointIndexFormat.fingerprint(hash) * LOW_BITS;
    long bucket =
        start + Math.unsignedMultiplyHigh(hash, homeBuckets) * PointIndexFormat.BUCKET_BYTES;
    for (; bucket < end; bucket += PointIndexFormat.BUCKET_BYTES) {
      pages.touch(bucket, PointIndexFormat.BUCKET_BYTES);
      long rest = memory.get(Bytes.LE_LONG, bucket + 8);
      // Bit 8i tells of fingerprint i, bit 8i + 1 of fingerprint 8 + i.
      long matches =
          equalBytes(memory.get(Bytes.LE_LONG, bucket), pattern) >>> 7
              | (equalBytes(rest, pattern) & 0x8080_8080L) >>> 6;
      for (; matches != 0; matches &= matches - 1) {
        int bit = Long.numberOfTrailingZeros(matches);
        long slot = slot(bucket + PointIndexFormat.SLOTS_OFFSET, bit >>> 3 | (bit & 1) << 3);
        if (slot >>> locationBits == extra) {
          long found = table.entryAt(slot & locationMask, key, keyLength, maxSequence, out);
          if (found != Table.ABSENT) {
            note(hash, slot);
            return found;
          }
        }
      }
      if ((rest >>> 32 + PointIndexFormat.overflowBit(hash) & 1) == 0) {
        return Table.ABSENT;
      }
    }
    return Table.ABSENT;
  }

  private void note(long hash, long slot) {
    RecentSlots recent = this.recent;
    if (recent != null) {
      recent.note(hash, slot);
    } else if (locationBits <= Integer.SIZE - MIN_HASH_BITS) {
      this.recent = new RecentSlots(homeBuckets);
    }
  }

  private long slot(long slots, int i) {
    return Bytes.unsignedInt(memory, slots + 4L * i);
  }

  /** Returns the top bit of each byte in which a word equals a pattern. */
  private static long equalBytes(long word, long pattern) {
    long x = word ^ pattern;
    return ~((x & NO_TOP_BITS) + NO_TOP_BITS | x | NO_TOP_BITS);
  }

  /** Tells whether some slot holds a location for a hash. For verification. */
  boolean holds(long hash, long location) {
    long wanted = location | (long) PointIndexFormat.extra(hash, locationBits) << locationBits;
    long bucket =
        start + Math.unsignedMultiplyHigh(hash, homeBuckets) * PointIndexFormat.BUCKET_BYTES;
    for (; bucket < end; bucket += PointIndexFormat.BUCKET_BYTES) {
      pages.touch(bucket, PointIndexFormat.BUCKET_BYTES);
      for (int i = 0; i < PointIndexFormat.SLOTS; i++) {
        if (fingerprint(bucket, i) == PointIndexFormat.fingerprint(hash)
            && slot(bucket + PointIndexFormat.SLOTS_OFFSET, i) == wanted) {
          return true;
        }
      }
      int mask = memory.get(Bytes.LE_INT, bucket + PointIndexFormat.MASK_OFFSET);
      if ((mask >>> PointIndexFormat.overflowBit(hash) & 1) == 0) {
        return false;
      }
    }
    return false;
  }

  /** Counts the slots that are in use. For verification. */
  long used() {
    long used = 0;
    for (long bucket = start; bucket < end; bucket += PointIndexFormat.BUCKET_BYTES) {
      pages.touch(bucket, PointIndexFormat.BUCKET_BYTES);
      for (int i = 0; i < PointIndexFormat.SLOTS; i++) {
        used += fingerprint(bucket, i) != 0 ? 1 : 0;
      }
    }
    return used;
  }

  private int fingerprint(long bucket, int i) {
    return memory.get(ValueLayout.JAVA_BYTE, bucket + i) & 0xff;
  }
}
