package org.anvildb.compact;

/**
 * What a database takes on disk, and what of it is garbage: entries that newer ones hide.
 *
 * @param tableBytes the length of all tables of the version
 * @param garbageBytes about how much of them merging would give back
 * @param retiredBytes the length of tables that no version has any more and that are not yet
 *     deleted
 * @param mergingBytes about how much the running merges write
 * @param logBytes the size of all files of the log, spare ones included, and of the tables that a
 *     flush is writing
 */
public record SpaceUse(
    long tableBytes, long garbageBytes, long retiredBytes, long mergingBytes, long logBytes) {
  /** Returns about how many bytes of the tables count. */
  public long liveBytes() {
    return Math.max(0, tableBytes - garbageBytes);
  }
}
