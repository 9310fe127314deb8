package org.anvildb.table;

import java.util.Arrays;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.Limits;
import org.anvildb.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What a table tells about itself: the properties section.
 *
 * <pre>
 *   0  entries               8      52  codec id               1
 *   8  tombstones            8      53  filter policy          1
 *  16  distinct keys         8      54  location bits          1
 *  24  largest sequence      8      55  zero                   1
 *  32  hash seed             8      56  longest key            2
 *  40  blocks                4      58  length of smallest key 2
 *  44  bytes of all blocks   4      60  length of largest key  2
 *  48  home lines of filter  4      62  zero                   2
 *  64  prefix steps          4      68  block size asked for   4
 *  72  smallest key, largest key, then each step: offset 4, length 4
 * </pre>
 */
record TableProperties(
    long entries,
    long tombstones,
    long keys,
    long maxSequence,
    long hashSeed,
    int blocks,
    long dataBytes,
    int filterLines,
    int codecId,
    FilterPolicy filterPolicy,
    int locationBits,
    int longestKey,
    int blockBytes,
    byte[] smallest,
    byte[] largest,
    PrefixSteps steps) {
  private static final int FIXED_BYTES = 72;

  /** What no section exceeds: two keys, and a step for each length of one. */
  static final long MAX_BYTES =
      FIXED_BYTES + 2L * Limits.MAX_KEY_BYTES + 8L * (Limits.MAX_KEY_BYTES + 1);

  byte[] encode() {
    int stepsAt = FIXED_BYTES + smallest.length + largest.length;
    byte[] b = new byte[stepsAt + 8 * steps.count()];
    Bytes.putLong(b, 0, entries);
    Bytes.putLong(b, 8, tombstones);
    Bytes.putLong(b, 16, keys);
    Bytes.putLong(b, 24, maxSequence);
    Bytes.putLong(b, 32, hashSeed);
    Bytes.putInt(b, 40, blocks);
    Bytes.putInt(b, 44, (int) dataBytes);
    Bytes.putInt(b, 48, filterLines);
    Bytes.putInt(b, 52, codecId | code(filterPolicy) << 8 | locationBits << 16);
    Bytes.putInt(b, 56, longestKey | smallest.length << 16);
    Bytes.putInt(b, 60, largest.length);
    Bytes.putInt(b, 64, steps.count());
    Bytes.putInt(b, 68, blockBytes);
    System.arraycopy(smallest, 0, b, FIXED_BYTES, smallest.length);
    System.arraycopy(largest, 0, b, FIXED_BYTES + smallest.length, largest.length);
    for (int i = 0; i < steps.count(); i++) {
      Bytes.putInt(b, stepsAt + 8 * i, (int) steps.start(i));
      Bytes.putInt(b, stepsAt + 8 * i + 4, steps.length(i));
    }
    return b;
  }

  /**
   * Decodes a section and checks it against the footer and against what the manifest says.
   *
   * @throws CorruptionException if it contradicts itself or one of these
   */
  static TableProperties decode(byte[] b, Footer footer, TableMeta meta) {
    TableProperties properties = decode(b, footer, meta.fileName());
    if (!properties.agrees(meta)) {
      throw corrupt(footer, meta.fileName());
    }
    return properties;
  }

  /**
   * Decodes a section of a table of which no manifest tells, and checks it against the footer.
   *
   * @throws CorruptionException if it contradicts itself or the footer
   */
  static TableProperties decode(byte[] b, Footer footer, String file) {
    if (b.length < FIXED_BYTES) {
      throw corrupt(footer, file);
    }
    int smallestLength = Bytes.getInt(b, 56) >>> 16;
    int largestLength = Bytes.getInt(b, 60) & 0xffff;
    long stepCount = u32(b, 64);
    long stepsAt = FIXED_BYTES + smallestLength + largestLength;
    FilterPolicy policy = policy(b[53]);
    if (policy == null || stepCount < 1 || stepsAt + 8 * stepCount != b.length) {
      throw corrupt(footer, file);
    }
    byte[] smallest = Arrays.copyOfRange(b, FIXED_BYTES, FIXED_BYTES + smallestLength);
    byte[] largest = Arrays.copyOfRange(b, FIXED_BYTES + smallestLength, (int) stepsAt);
    TableProperties properties =
        new TableProperties(
            Bytes.getLong(b, 0),
            Bytes.getLong(b, 8),
            Bytes.getLong(b, 16),
            Bytes.getLong(b, 24),
            Bytes.getLong(b, 32),
            Bytes.getInt(b, 40),
            u32(b, 44),
            Bytes.getInt(b, 48),
            b[52] & 0xff,
            policy,
            b[54],
            Bytes.getInt(b, 56) & 0xffff,
            Bytes.getInt(b, 68),
            smallest,
            largest,
            decodeSteps(b, (int) stepsAt, (int) stepCount));
    if (!properties.fits(footer)) {
      throw corrupt(footer, file);
    }
    return properties;
  }

  private static PrefixSteps decodeSteps(byte[] b, int at, int count) {
    long[] starts = new long[count];
    int[] lengths = new int[count];
    for (int i = 0; i < count; i++) {
      starts[i] = u32(b, at + 8 * i);
      lengths[i] = Bytes.getInt(b, at + 8 * i + 4);
    }
    return new PrefixSteps(starts, lengths);
  }

  private boolean agrees(TableMeta meta) {
    return entries == meta.entries()
        && tombstones == meta.tombstones()
        && maxSequence == meta.maxSequence()
        && Arrays.equals(smallest, meta.smallest())
        && Arrays.equals(largest, meta.largest());
  }

  private boolean fits(Footer footer) {
    return blocks > 0
        && blocks <= dataBytes
        && dataBytes <= footer.indexOffset()
        && locationBits >= 1
        && locationBits <= Integer.SIZE
        && filterFits(footer.filterBytes())
        && longestKey >= Math.max(smallest.length, largest.length)
        && stepsAreSound();
  }

  private boolean filterFits(long filterBytes) {
    return filterPolicy == FilterPolicy.NONE
        || filterLines > 0
            && (long) filterLines * TableFormat.LINE_BYTES <= filterBytes
            && filterBytes % TableFormat.LINE_BYTES == 0;
  }

  private boolean stepsAreSound() {
    boolean sound =
        steps.start(0) == 0
            && steps.length(0) <= smallest.length
            && steps.shortest() >= 0
            && steps.shortest() <= largest.length
            && Arrays.equals(smallest, 0, steps.shortest(), largest, 0, steps.shortest());
    for (int i = 1; i < steps.count(); i++) {
      sound &= steps.start(i) > steps.start(i - 1) && steps.length(i) < steps.length(i - 1);
    }
    return sound;
  }

  private static long u32(byte[] b, int at) {
    return Integer.toUnsignedLong(Bytes.getInt(b, at));
  }

  private static int code(FilterPolicy policy) {
    return switch (policy) {
      case NONE -> 0;
      case POINT_INDEX -> 1;
      case BLOOM -> 2;
    };
  }

  private static @Nullable FilterPolicy policy(byte code) {
    return switch (code) {
      case 0 -> FilterPolicy.NONE;
      case 1 -> FilterPolicy.POINT_INDEX;
      case 2 -> FilterPolicy.BLOOM;
      default -> null;
    };
  }

  private static CorruptionException corrupt(Footer footer, String file) {
    return new CorruptionException(
        file,
        footer.propertiesOffset(),
        "the table's properties contradict themselves or the manifest; " + Pages.ADVICE);
  }
}
