package org.anvildb.proof;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The oracle: a sorted map from byte strings to byte strings, as plain as can be. */
final class ByteMap {
  private final TreeMap<byte[], byte[]> entries;

  ByteMap() {
    entries = new TreeMap<>(Arrays::compareUnsigned);
  }

  /** Copies in one pass, which the constructor for sorted maps alone does. */
  ByteMap(ByteMap other) {
    entries = new TreeMap<>(other.entries);
  }

  NavigableMap<byte[], byte[]> entries() {
    return entries;
  }

  void put(byte[] key, byte[] value) {
    entries.put(key, value);
  }

  void delete(byte[] key) {
    entries.remove(key);
  }

  byte[] get(byte[] key) {
    return entries.get(key);
  }

  /** Returns the entries from one key, inclusive, to another, exclusive; null means no bound. */
  NavigableMap<byte[], byte[]> range(byte[] from, byte[] to) {
    if (to == null) {
      return entries.tailMap(from, true);
    }
    return Arrays.compareUnsigned(from, to) >= 0
        ? new TreeMap<>(Arrays::compareUnsigned)
        : entries.subMap(from, true, to, false);
  }
}
