package org.anvildb.api;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys, kept as an inclusive lower and an exclusive upper bound. Immutable.
 *
 * <p>Every kind of bound can be written this way, since the key that follows a key directly is that
 * key with a zero byte behind it.
 */
public final class KeyRange {
  private static final byte[] EMPTY = {};
  private static final KeyRange ALL = new KeyRange(EMPTY, null);

  private final byte[] from;
  private final byte @Nullable [] to;

  private KeyRange(byte[] from, byte @Nullable [] to) {
    this.from = from;
    this.to = to;
  }

  /**
   * Returns the range of all keys.
   *
   * @return the range without bounds
   */
  public static KeyRange all() {
    return ALL;
  }

  /**
   * Returns the keys from one key, inclusive, to another, exclusive.
   *
   * @param from the first key
   * @param to the key that ends the range
   * @return the range; empty if {@code from} is not less than {@code to}
   */
  public static KeyRange between(byte[] from, byte[] to) {
    return new KeyRange(from.clone(), to.clone());
  }

  /**
   * Returns the keys from one key to another, both inclusive.
   *
   * @param first the first key
   * @param last the last key
   * @return the range; empty if {@code first} is greater than {@code last}
   */
  public static KeyRange closed(byte[] first, byte[] last) {
    return new KeyRange(first.clone(), successor(last));
  }

  /**
   * Returns the keys equal to or greater than a key.
   *
   * @param from the first key
   * @return the range
   */
  public static KeyRange atLeast(byte[] from) {
    return new KeyRange(from.clone(), null);
  }

  /**
   * Returns the keys greater than a key.
   *
   * @param key the key before the range
   * @return the range
   */
  public static KeyRange greaterThan(byte[] key) {
    return new KeyRange(successor(key), null);
  }

  /**
   * Returns the keys less than a key.
   *
   * @param to the key that ends the range
   * @return the range
   */
  public static KeyRange lessThan(byte[] to) {
    return new KeyRange(EMPTY, to.clone());
  }

  /**
   * Returns the keys equal to or less than a key.
   *
   * @param last the last key
   * @return the range
   */
  public static KeyRange atMost(byte[] last) {
    return new KeyRange(EMPTY, successor(last));
  }

  /**
   * Returns the one key.
   *
   * @param key the key
   * @return the range that holds it alone
   */
  public static KeyRange single(byte[] key) {
    return closed(key, key);
  }

  /**
   * Returns the keys that start with a prefix, the prefix itself among them.
   *
   * @param prefix the prefix; all keys start with the empty one
   * @return the range
   */
  public static KeyRange prefix(byte[] prefix) {
    int end = prefix.length;
    while (end > 0 && prefix[end - 1] == (byte) 0xff) {
      end--;
    }
    if (end == 0) {
      return new KeyRange(prefix.clone(), null);
    }
    byte[] to = Arrays.copyOf(prefix, end);
    to[end - 1]++;
    return new KeyRange(prefix.clone(), to);
  }

  /**
   * Returns the inclusive lower bound.
   *
   * @return a copy; empty if there is none
   */
  public byte[] from() {
    return from.length == 0 ? EMPTY : from.clone();
  }

  /**
   * Returns the exclusive upper bound.
   *
   * @return a copy, or null if there is none
   */
  public byte @Nullable [] to() {
    return to == null ? null : to.clone();
  }

  /**
   * Tells whether a key lies in the range.
   *
   * @param key the key
   * @return whether it does
   */
  public boolean contains(byte[] key) {
    return Arrays.compareUnsigned(key, from) >= 0
        && (to == null || Arrays.compareUnsigned(key, to) < 0);
  }

  /**
   * Tells whether no key can lie in the range.
   *
   * @return whether the upper bound does not lie above the lower one
   */
  public boolean isEmpty() {
    return to != null && Arrays.compareUnsigned(from, to) >= 0;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof KeyRange that
        && Arrays.equals(from, that.from)
        && Arrays.equals(to, that.to);
  }

  @Override
  public int hashCode() {
    return Objects.hash(Arrays.hashCode(from), Arrays.hashCode(to));
  }

  /** Tells the lengths of the bounds alone: keys are user data and don't belong in logs. */
  @Override
  public String toString() {
    return "KeyRange[from="
        + from.length
        + " bytes, to="
        + (to == null ? "end" : to.length + " bytes")
        + "]";
  }

  private static byte[] successor(byte[] key) {
    return Arrays.copyOf(key, key.length + 1);
  }
}
