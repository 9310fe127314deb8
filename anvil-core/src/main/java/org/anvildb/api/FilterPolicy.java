package org.anvildb.api;

/** What a table carries to find single keys fast, and what that costs in space. */
public enum FilterPolicy {
  /**
   * A point index: finds the entry itself, and tells that a key is absent, with one memory access
   * each. Takes 6 to 7 bytes a key. The default.
   */
  POINT_INDEX,

  /**
   * A Bloom filter: tells that a key is absent; a key that may be there is then searched through
   * the block index. Takes 10 bits a key. For tiny values, where space counts more than speed, and
   * with a codec: there a get has to search a restored block either way, and is as fast.
   */
  BLOOM,

  /** Nothing: every lookup searches the block index. For data that is only scanned. */
  NONE
}
