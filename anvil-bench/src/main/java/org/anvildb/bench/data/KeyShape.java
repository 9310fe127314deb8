package org.anvildb.bench.data;

import java.util.Locale;

/** What the bytes of a key look like. In every shape keys sort as their numbers do. */
public enum KeyShape {
  /** The number in decimal digits, padded with zeros: long shared prefixes, ten values a byte. */
  DECIMAL(1),

  /**
   * The number spread over all 64 bits, big-endian, and pseudo-random bytes behind: no shared
   * prefix, 256 values a byte.
   */
  BINARY(8),

  /**
   * One of 16 four-letter names and a colon, the names in order of the numbers, then decimal
   * digits: clusters, as tables or tenants in one keyspace make them.
   */
  PREFIXED(6);

  private final int minBytes;

  KeyShape(int minBytes) {
    this.minBytes = minBytes;
  }

  /**
   * Returns the length that a key of this shape needs at least.
   *
   * @param numbers how many numbers there are
   * @return bytes
   */
  public int minBytes(long numbers) {
    int digits = Long.toString(Math.max(0, numbers - 1)).length();
    return switch (this) {
      case DECIMAL -> digits;
      case BINARY -> minBytes;
      case PREFIXED -> minBytes - 1 + digits;
    };
  }

  /**
   * Finds a shape by the name that the command line uses.
   *
   * @param name the name, in any case
   * @return the shape
   * @throws IllegalArgumentException for another name
   */
  public static KeyShape of(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "decimal" -> DECIMAL;
      case "binary" -> BINARY;
      case "prefixed" -> PREFIXED;
      default ->
          throw new IllegalArgumentException("'" + name + "' is none of decimal, binary, prefixed");
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
