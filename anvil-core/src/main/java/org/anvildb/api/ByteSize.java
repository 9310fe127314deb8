package org.anvildb.api;

import java.util.Locale;

/**
 * A number of bytes, so that sizes in options can't be mistaken for counts.
 *
 * @param bytes the number, 0 or more
 */
public record ByteSize(long bytes) implements Comparable<ByteSize> {
  private static final String UNITS = "KMGTPE";

  /** Checks that the size is not negative. */
  public ByteSize {
    if (bytes < 0) {
      throw new IllegalArgumentException("a size can't be negative: " + bytes);
    }
  }

  /**
   * Returns a size in bytes.
   *
   * @param count how many bytes
   * @return the size
   */
  public static ByteSize ofBytes(long count) {
    return new ByteSize(count);
  }

  /**
   * Returns a size in units of 1,024 bytes.
   *
   * @param count how many KiB
   * @return the size
   */
  public static ByteSize ofKiB(long count) {
    return new ByteSize(Math.multiplyExact(count, 1L << 10));
  }

  /**
   * Returns a size in units of 1,048,576 bytes.
   *
   * @param count how many MiB
   * @return the size
   */
  public static ByteSize ofMiB(long count) {
    return new ByteSize(Math.multiplyExact(count, 1L << 20));
  }

  /**
   * Returns a size in units of 2^30 bytes.
   *
   * @param count how many GiB
   * @return the size
   */
  public static ByteSize ofGiB(long count) {
    return new ByteSize(Math.multiplyExact(count, 1L << 30));
  }

  @Override
  public int compareTo(ByteSize other) {
    return Long.compare(bytes, other.bytes);
  }

  /** Writes the size as people do, for example {@code 64 MiB} or {@code 1.5 KiB}. */
  @Override
  public String toString() {
    if (bytes < 1024) {
      return bytes + " B";
    }
    int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
    double value = (double) bytes / (1L << (10 * unit));
    String digits =
        value == Math.rint(value)
            ? Long.toString((long) value)
            : String.format(Locale.ROOT, "%.1f", value);
    return digits + " " + UNITS.charAt(unit - 1) + "iB";
  }
}
