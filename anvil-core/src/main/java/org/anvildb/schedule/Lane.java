package org.anvildb.schedule;

/** A kind of background work. Work of one lane, but for {@link #COMPACTION}, runs one at a time. */
public enum Lane {
  /** Forcing the log to disk. */
  SYNC,
  /** Writing frozen memtables into tables. */
  FLUSH,
  /** Merging tables; several at a time. */
  COMPACTION,
  /** Small chores: deleting files, preparing log segments. */
  CHORE
}
