package org.anvildb.api;

import java.util.List;

/**
 * The figures of a database at one moment. Counters count from the opening of the database.
 *
 * @param options the options in force
 * @param health whether writes are accepted
 * @param uptimeNanos the time since the opening
 * @param lastSequence the number of batches ever written
 * @param durableSequence the newest batch that is known to be on disk
 * @param writes what was written
 * @param memory what is held in memory
 * @param cache the block cache
 * @param background what flushes and compactions did
 * @param garbage files that wait to be deleted
 * @param keyspaces each keyspace, in the order of creation
 */
public record Stats(
    DatabaseOptions options,
    Health health,
    long uptimeNanos,
    long lastSequence,
    long durableSequence,
    Writes writes,
    Memory memory,
    Cache cache,
    Background background,
    Garbage garbage,
    List<KeyspaceStats> keyspaces) {
  /** Copies the list. */
  public Stats {
    keyspaces = List.copyOf(keyspaces);
  }

  /**
   * Returns the size of all live tables.
   *
   * @return bytes
   */
  public long tableBytes() {
    return keyspaces.stream().mapToLong(KeyspaceStats::bytes).sum();
  }

  /**
   * Returns how many bytes were written to tables for each byte that a user wrote.
   *
   * @return the write amplification since the opening, 0 if nothing was written
   */
  public double writeAmplification() {
    long user = writes.bytes();
    return user == 0 ? 0 : (double) (background.flushBytes() + background.writeBytes()) / user;
  }

  /**
   * What was written since the opening.
   *
   * @param batches how many batches, single writes among them
   * @param operations how many puts and deletes
   * @param bytes the keys and values of these
   * @param syncs how often the log was synced
   * @param stalls how often a writer had to wait for background work
   * @param stallNanos for how long in all
   */
  public record Writes(
      long batches, long operations, long bytes, long syncs, long stalls, long stallNanos) {}

  /**
   * What is held in memory and log.
   *
   * @param activeBytes the log bytes of the memtable that takes writes
   * @param frozen how many memtables wait to be written into tables
   * @param frozenBytes their log bytes
   * @param entries the entries of all memtables, overwritten ones among them
   * @param logSegments how many log files there are, spare ones among them
   * @param logBytes their size
   * @param snapshots how many snapshots are open
   * @param cursors how many cursors are open
   */
  public record Memory(
      long activeBytes,
      int frozen,
      long frozenBytes,
      long entries,
      int logSegments,
      long logBytes,
      int snapshots,
      int cursors) {}

  /**
   * The cache of decompressed blocks.
   *
   * @param capacityBytes the most it may hold
   * @param usedBytes what it holds
   * @param hits how often a block was found in it
   * @param misses how often not
   */
  public record Cache(long capacityBytes, long usedBytes, long hits, long misses) {}

  /**
   * What flushes and compactions did since the opening.
   *
   * @param flushes how many memtables were written into tables
   * @param flushBytes the bytes of these tables
   * @param flushNanos the time it took
   * @param compactions how many merges of tables ended
   * @param moves how many tables went down a level without being rewritten
   * @param readBytes the bytes that merges read
   * @param writeBytes the bytes that merges wrote
   * @param compactionNanos the time it took
   * @param running how many merges run now
   */
  public record Background(
      long flushes,
      long flushBytes,
      long flushNanos,
      long compactions,
      long moves,
      long readBytes,
      long writeBytes,
      long compactionNanos,
      int running) {}

  /**
   * Files that are no longer part of the database.
   *
   * @param pendingFiles how many wait to be deleted, since a cursor still reads them or since
   *     deleting them failed
   * @param deletedFiles how many were deleted since the opening
   * @param failedDeletes how often deleting one failed; it is tried again
   */
  public record Garbage(int pendingFiles, long deletedFiles, long failedDeletes) {}
}
