package org.anvildb.schedule;

/** A kind of background work. Work of one lane, but for {@link #COMPACTION}, runs one at a time. */
public enum Lane {
  /** Forcing the log to disk. */
  SYNC("sync"),
  /** Writing frozen memtables into tables. */
  FLUSH("flush"),
  /** Merging tables; several at a time. */
  COMPACTION("compact"),
  /** Small chores: deleting files, preparing log segments. */
  CHORE("chore");

  private final String label;

  Lane(String label) {
    this.label = label;
  }

  /**
   * Returns the word that names of threads use for this lane.
   *
   * @return a short lower-case word
   */
  public String label() {
    return label;
  }
}
