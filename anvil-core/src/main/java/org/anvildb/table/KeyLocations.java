package org.anvildb.table;

import java.util.ArrayList;
import java.util.List;

/**
 * The hash of each key of a table that is being written, and where its newest version is: 12 bytes
 * a key, in chunks, so that growing copies nothing. Not thread-safe.
 */
final class KeyLocations {
  private static final int CHUNK_SHIFT = 14;
  private static final int CHUNK = 1 << CHUNK_SHIFT;

  private final List<long[]> hashes = new ArrayList<>();
  private final List<int[]> locations = new ArrayList<>();
  private int size;

  int size() {
    return size;
  }

  /** Adds a key; the location is an unsigned number. */
  void add(long hash, int location) {
    int at = size & (CHUNK - 1);
    if (at == 0) {
      hashes.add(new long[CHUNK]);
      locations.add(new int[CHUNK]);
    }
    hashes.getLast()[at] = hash;
    locations.getLast()[at] = location;
    size++;
  }

  int chunks() {
    return hashes.size();
  }

  /** Returns how many keys a chunk holds. */
  int chunkSize(int chunk) {
    return chunk < hashes.size() - 1 ? CHUNK : size - (chunk << CHUNK_SHIFT);
  }

  long[] hashes(int chunk) {
    return hashes.get(chunk);
  }

  int[] locations(int chunk) {
    return locations.get(chunk);
  }
}
