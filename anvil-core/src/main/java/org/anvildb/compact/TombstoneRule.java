package org.anvildb.compact;

/** Tells which tombstones may go: a {@link TombstoneElision}, or one of the constants. */
@FunctionalInterface
public interface TombstoneRule {
  /** Keeps all: for a flush, and wherever older entries may exist below. */
  TombstoneRule KEEP = (key, length) -> false;

  /**
   * Tells whether a tombstone has nothing older below to hide. Asked in key order, and only of
   * tombstones that every open snapshot sees.
   *
   * @param key an array that starts with the key
   * @param length the key's length
   */
  boolean mayDrop(byte[] key, int length);
}
