package org.anvildb.api;

import java.util.Arrays;

/**
 * A key and its value. The arrays belong to whoever received the entry; equality is by content.
 *
 * @param key the key
 * @param value the value
 */
public record Entry(byte[] key, byte[] value) {
  @Override
  public boolean equals(Object other) {
    return other instanceof Entry that
        && Arrays.equals(key, that.key)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(key) + Arrays.hashCode(value);
  }

  /** Tells the sizes alone: keys and values are user data and don't belong in logs. */
  @Override
  public String toString() {
    return "Entry[key=" + key.length + " bytes, value=" + value.length + " bytes]";
  }
}
