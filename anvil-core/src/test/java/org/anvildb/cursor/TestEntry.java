package org.anvildb.cursor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One version of a key, for tests. Compared by content.
 *
 * @param key the key
 * @param sequence the sequence number
 * @param tombstone whether it deletes the key
 * @param value the value; empty for a tombstone
 */
public record TestEntry(Text key, long sequence, boolean tombstone, Text value) {
  /** Bytes that are compared by content and in key order. */
  public record Text(byte[] bytes) implements Comparable<Text> {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Text that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public int compareTo(Text other) {
      return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public String toString() {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  /** Key order, and newest first within a key. */
  public static final Comparator<TestEntry> ORDER =
      Comparator.comparing(TestEntry::key)
          .thenComparing(Comparator.comparingLong(TestEntry::sequence).reversed());

  public static TestEntry put(String key, long sequence, String value) {
    return new TestEntry(text(key), sequence, false, text(value));
  }

  public static TestEntry delete(String key, long sequence) {
    return new TestEntry(text(key), sequence, true, text(""));
  }

  public static Text text(String s) {
    return new Text(s.getBytes(StandardCharsets.ISO_8859_1));
  }

  /**
   * A key of one of several shapes: short ones that are prefixes of each other and full of zeros
   * and 0xff, padded numbers, long ones with a shared front.
   */
  public static Text randomKey(Random random, int shape, int distinct) {
    int n = random.nextInt(distinct);
    return switch (shape) {
      case 0 -> shortKey(random);
      case 1 -> text(String.format("%016d", n));
      case 2 -> text("a-long-front-that-all-share/" + (n % 3) + "/and-more-of-it/" + n);
      case 3 -> text((n % 2 == 0 ? "left/common/part/" : "right/common/part/") + n);
      default -> n % 4 == 0 ? shortKey(random) : text("k" + n);
    };
  }

  private static Text shortKey(Random random) {
    byte[] bytes = new byte[random.nextInt(11)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(i < 7 ? 8 : 2) == 0 ? 0 : random.nextBoolean() ? -1 : 1);
    }
    return new Text(bytes);
  }

  /** Versions with sequence numbers 1, 2, 3 ... of random keys, in {@link #ORDER}. */
  public static List<TestEntry> random(Random random, int count, int distinct) {
    int shape = random.nextInt(5);
    int tombstonesOfTen = random.nextInt(6);
    var entries = new ArrayList<TestEntry>();
    for (int sequence = 1; sequence <= count; sequence++) {
      boolean tombstone = random.nextInt(10) < tombstonesOfTen;
      Text value = text(tombstone ? "" : "v" + sequence + "x".repeat(random.nextInt(20)));
      entries.add(new TestEntry(randomKey(random, shape, distinct), sequence, tombstone, value));
    }
    entries.sort(ORDER);
    return List.copyOf(entries);
  }

  /** What a reader with a sequence number sees. */
  public static TreeMap<Text, TestEntry> visible(List<TestEntry> entries, long maxSequence) {
    var newest = new TreeMap<Text, TestEntry>();
    for (TestEntry entry : entries) {
      if (entry.sequence() <= maxSequence) {
        newest.putIfAbsent(entry.key(), entry);
      }
    }
    newest.values().removeIf(TestEntry::tombstone);
    return newest;
  }
}
