package org.anvildb.log;

/** How a log file ends. */
public sealed interface LogTail {
  /** Returns the offset behind the last good record. */
  long end();

  /** The records end, and nothing follows. */
  record Clean(long end) implements LogTail {}

  /**
   * A crash tore the tail: what starts at the end doesn't verify, and nothing says that it had been
   * synced. All from there on is to be dropped, also records that verify, since what survives must
   * be a prefix of history.
   *
   * @param dropped how many bytes are lost, up to the end of the last later record that could still
   *     be told; 0 if there is none
   * @param reason what doesn't verify
   */
  record Torn(long end, long dropped, String reason) implements LogTail {}

  /**
   * Bytes that had been synced are damaged, or the records contradict each other.
   *
   * @param reason what is wrong
   */
  record Corrupt(long end, String reason) implements LogTail {}
}
