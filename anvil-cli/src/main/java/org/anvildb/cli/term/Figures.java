package org.anvildb.cli.term;

import java.util.Locale;

/** Numbers as people read them. */
public final class Figures {
  private static final double NANOS_PER_SECOND = 1e9;

  private Figures() {}

  /** Returns a count with its thousands apart: {@code 1,234,567}. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** Returns a count and what is counted: {@code 1 file}, {@code 2 files}. */
  public static String count(long number, String one, String many) {
    return count(number) + " " + (number == 1 ? one : many);
  }

  /** Returns a duration in the unit that fits: {@code 850 ns}, {@code 1.2 ms}, {@code 3.4 s}. */
  public static String duration(long nanos) {
    if (nanos < 1_000) {
      return nanos + " ns";
    }
    if (nanos < 1_000_000) {
      return round(nanos / 1e3) + " µs";
    }
    if (nanos < 1_000_000_000) {
      return round(nanos / 1e6) + " ms";
    }
    long seconds = nanos / 1_000_000_000;
    if (seconds < 120) {
      return round(nanos / NANOS_PER_SECOND) + " s";
    }
    return seconds / 60 + " min " + seconds % 60 + " s";
  }

  /** Returns a rate: {@code 350,000/s}. */
  public static String rate(long operations, long nanos) {
    return count(perSecond(operations, nanos)) + "/s";
  }

  /** Returns how many operations a second were done, to three digits. */
  public static long perSecond(long operations, long nanos) {
    double rate = operations * NANOS_PER_SECOND / Math.max(nanos, 1);
    double unit = Math.max(1, Math.pow(10, Math.floor(Math.log10(Math.max(rate, 1))) - 2));
    return Math.round(Math.round(rate / unit) * unit);
  }

  /** Returns a ratio with two digits behind the point. */
  public static String ratio(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String round(double value) {
    return String.format(Locale.ROOT, value < 10 ? "%.1f" : "%.0f", value);
  }
}
