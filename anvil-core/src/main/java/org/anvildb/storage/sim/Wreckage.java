package org.anvildb.storage.sim;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * What a crash makes of one file. Pure: it reads the two images and builds a third.
 *
 * <p>Every mode starts from the durable bytes and adds some of those that could have reached the
 * disk, so synced bytes that were not overwritten are in every result. A sector of 512 bytes is
 * written whole or not at all.
 */
final class Wreckage {
  private static final int SECTOR_BYTES = 512;

  private final byte[] durable;
  private final int durableLength;
  private final byte[] reachable;
  private final int reachableLength;
  private final SplittableRandom random;

  /**
   * Takes two images of one file.
   *
   * @param durable what was synced, below {@code durableLength}
   * @param reachable what the disk holds if everything gets there, below {@code reachableLength},
   *     which is no less
   */
  Wreckage(
      byte[] durable,
      int durableLength,
      byte[] reachable,
      int reachableLength,
      SplittableRandom random) {
    this.durable = durable;
    this.durableLength = durableLength;
    this.reachable = reachable;
    this.reachableLength = reachableLength;
    this.random = random;
  }

  MemoryFile leave(CrashMode mode) {
    return switch (mode) {
      case SYNCED_ONLY -> synced();
      case EVERYTHING, LOST_SYNC -> everything();
      case PREFIX -> prefix();
      case HOLES -> holes(false);
      case GARBAGE -> holes(true);
      case LENGTH_ONLY -> grown(reachableLength);
      case DIRECTORY, FILE_BY_FILE -> random.nextBoolean() ? everything() : synced();
      case TORN -> torn();
    };
  }

  /** The durable image may still be written to by its owner, so this copies. */
  private MemoryFile synced() {
    return new MemoryFile(Arrays.copyOf(durable, durableLength), durableLength);
  }

  private MemoryFile everything() {
    return new MemoryFile(reachable, reachableLength);
  }

  /** Lays the unsynced bytes, overwritten ones first, in a row and cuts it. */
  private MemoryFile prefix() {
    int first = Arrays.mismatch(durable, 0, durableLength, reachable, 0, durableLength);
    int start = first < 0 ? durableLength : first;
    int end = reachableLength > durableLength ? reachableLength : lastDifference(start);
    int cut = start + random.nextInt(end - start + 1);
    int length = Math.max(cut, durableLength);
    byte[] bytes = grown(length).read(0, length);
    boolean inGrowth = cut > durableLength || cut == end;
    int kept = inGrowth ? cut : cut / SECTOR_BYTES * SECTOR_BYTES;
    System.arraycopy(reachable, 0, bytes, 0, kept);
    return new MemoryFile(bytes, length);
  }

  /** Returns the end of the overwritten bytes. */
  private int lastDifference(int start) {
    int end = durableLength;
    while (end > start && durable[end - 1] == reachable[end - 1]) {
      end--;
    }
    return end;
  }

  private MemoryFile holes(boolean garbage) {
    int unit = random.nextBoolean() ? SECTOR_BYTES : MemoryFile.PAGE_BYTES;
    byte[] bytes = grown(reachableLength).read(0, reachableLength);
    for (int from = 0; from < reachableLength; from += unit) {
      int to = Math.min(reachableLength, from + unit);
      if (to <= durableLength && Arrays.equals(durable, from, to, reachable, from, to)) {
        continue;
      }
      if (random.nextBoolean()) {
        System.arraycopy(reachable, from, bytes, from, to - from);
      } else if (garbage && to > durableLength) {
        spoil(bytes, Math.max(from, durableLength), to);
      }
    }
    return new MemoryFile(bytes, reachableLength);
  }

  /** Fills a range with noise, or with bytes that stand elsewhere in the file. */
  private void spoil(byte[] bytes, int from, int to) {
    int source = random.nextInt(reachableLength);
    boolean stale = random.nextBoolean();
    for (int i = from; i < to; i++) {
      bytes[i] = stale ? reachable[(source + i - from) % reachableLength] : (byte) random.nextInt();
    }
  }

  private MemoryFile torn() {
    byte[] bytes = Arrays.copyOf(reachable, reachableLength);
    for (int from = 0; from < durableLength; from += SECTOR_BYTES) {
      if (random.nextBoolean()) {
        int to = Math.min(durableLength, from + SECTOR_BYTES);
        System.arraycopy(durable, from, bytes, from, to - from);
      }
    }
    return new MemoryFile(bytes, reachableLength);
  }

  /** The durable bytes, then zeros. */
  private MemoryFile grown(int length) {
    byte[] bytes = new byte[length];
    System.arraycopy(durable, 0, bytes, 0, durableLength);
    return new MemoryFile(bytes, length);
  }
}
