package org.anvildb.api;

import java.util.List;

/**
 * What a repair saved of a damaged database, and what it could not. Tells names of files and
 * keyspaces, places and numbers; never keys or values.
 *
 * @param files how many files of the database were looked at
 * @param tables how many tables gave entries
 * @param blocks how many blocks of tables were read
 * @param tableEntries how many entries these held, older versions and deletions among them
 * @param records how many records of the log were applied
 * @param operations how many writes and deletions these held
 * @param lossCount how many losses there are, also those beyond the list
 * @param lostBytes how many bytes were lost, as far as that can be told
 * @param losses the first thousand losses, in the order in which they were met
 * @param keyspaces what the new database holds
 * @param doubts what can't be known: each says why, and what may be wrong because of it; one of
 *     them counts live entries that may be gone, hidden by deletions of which the age is guessed
 */
public record RepairReport(
    long files,
    long tables,
    long blocks,
    long tableEntries,
    long records,
    long operations,
    long lossCount,
    long lostBytes,
    List<Loss> losses,
    List<SavedKeyspace> keyspaces,
    List<String> doubts) {
  /** Copies the lists. */
  public RepairReport {
    losses = List.copyOf(losses);
    keyspaces = List.copyOf(keyspaces);
    doubts = List.copyOf(doubts);
  }

  /**
   * Tells whether everything was saved, with certainty.
   *
   * @return whether there are no losses and no doubts
   */
  public boolean isComplete() {
    return lossCount == 0 && doubts.isEmpty();
  }

  /**
   * Bytes that could not be saved.
   *
   * @param file the name of the file
   * @param offset where they start, or -1 if the whole file is meant
   * @param bytes how many, or 0 if that can't be told
   * @param reason why
   */
  public record Loss(String file, long offset, long bytes, String reason) {}

  /**
   * A keyspace of the new database.
   *
   * @param name its name: the old one, or one that was made up
   * @param isNamed whether the manifest told the name
   * @param entries how many entries it has now
   * @param doubtful how many entries may be outdated, or may have been deleted: what was newer than
   *     they is lost, or it is not known which of several files is the newest
   */
  public record SavedKeyspace(String name, boolean isNamed, long entries, long doubtful) {}
}
