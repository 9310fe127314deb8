package org.anvildb.table;

import java.util.Arrays;
import org.anvildb.bytes.Bytes;

/**
 * Writes a point index, a window of buckets at a time: the window stays in the processor's cache
 * and the heap need is small, for one more pass over the hashes per window. Not thread-safe.
 */
final class PointIndexBuilder {
  private static final int MIN_WINDOW_BUCKETS = 16 << 10;
  private static final int MAX_WINDOWS = 32;

  private final KeyLocations keys;
  private final int homeBuckets;
  private final int locationBits;
  private final byte[] window;
  private final byte[] used;
  private KeyLocations overflow = new KeyLocations();

  PointIndexBuilder(KeyLocations keys, int locationBits) {
    this.keys = keys;
    this.locationBits = locationBits;
    this.homeBuckets = PointIndexFormat.homeBuckets(keys.size());
    int buckets = Math.max(MIN_WINDOW_BUCKETS, homeBuckets / MAX_WINDOWS + 1);
    buckets = Math.min(buckets, homeBuckets);
    this.window = new byte[buckets * PointIndexFormat.BUCKET_BYTES];
    this.used = new byte[buckets];
  }

  int homeBuckets() {
    return homeBuckets;
  }

  void write(PageWriter out) {
    for (int start = 0; start < homeBuckets; start += used.length) {
      int buckets = Math.min(used.length, homeBuckets - start);
      clear();
      insertOverflow(buckets);
      insertHome(start, buckets);
      out.write(window, 0, buckets * PointIndexFormat.BUCKET_BYTES);
    }
    while (overflow.size() > 0) {
      int needed = overflow.size() / PointIndexFormat.SLOTS + 1;
      int buckets = Math.min(used.length, needed);
      clear();
      insertOverflow(buckets);
      out.write(window, 0, buckets * PointIndexFormat.BUCKET_BYTES);
    }
  }

  private void clear() {
    Arrays.fill(window, (byte) 0);
    Arrays.fill(used, (byte) 0);
  }

  private void insertOverflow(int buckets) {
    KeyLocations before = overflow;
    overflow = new KeyLocations();
    for (int chunk = 0; chunk < before.chunks(); chunk++) {
      for (int i = 0; i < before.chunkSize(chunk); i++) {
        insert(0, buckets, before.hashes(chunk)[i], before.locations(chunk)[i]);
      }
    }
  }

  private void insertHome(int start, int buckets) {
    for (int chunk = 0; chunk < keys.chunks(); chunk++) {
      long[] hashes = keys.hashes(chunk);
      int[] locations = keys.locations(chunk);
      int size = keys.chunkSize(chunk);
      for (int i = 0; i < size; i++) {
        int bucket = PointIndexFormat.homeBucket(hashes[i], homeBuckets) - start;
        if (bucket >= 0 && bucket < buckets) {
          insert(bucket, buckets, hashes[i], locations[i]);
        }
      }
    }
  }

  private void insert(int home, int buckets, long hash, int location) {
    int bucket = home;
    while (used[bucket] == PointIndexFormat.SLOTS) {
      int mask = bucket * PointIndexFormat.BUCKET_BYTES + PointIndexFormat.MASK_OFFSET;
      int overflowing = Bytes.getInt(window, mask) | 1 << PointIndexFormat.overflowBit(hash);
      Bytes.putInt(window, mask, overflowing);
      bucket++;
      if (bucket == buckets) {
        overflow.add(hash, location);
        return;
      }
    }
    int at = bucket * PointIndexFormat.BUCKET_BYTES;
    int slot = used[bucket]++;
    window[at + slot] = (byte) PointIndexFormat.fingerprint(hash);
    long extra = PointIndexFormat.extra(hash, locationBits);
    Bytes.putInt(
        window,
        at + PointIndexFormat.SLOTS_OFFSET + Integer.BYTES * slot,
        location | (int) (extra << locationBits));
  }
}
