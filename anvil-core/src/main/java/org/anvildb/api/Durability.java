package org.anvildb.api;

/**
 * What must have happened to a write before it is acknowledged. At every level what survives is a
 * prefix of history: a crash may cut off the newest writes of a weaker level, never one from the
 * middle.
 */
public enum Durability {
  /**
   * The write is in memory that the operating system owns. It survives the death of the process
   * (kill -9, a crash of the JVM); a power cut may take what was written since the last background
   * sync, by default at most a second's worth.
   *
   * <p>After the death of a process the next one first writes into tables what it finds in the log,
   * some hundred milliseconds as a rule; until then nothing that it writes counts as synced.
   */
  OS,

  /** The write is on disk: it survives a power cut. Concurrent writers share one sync. */
  SYNC
}
