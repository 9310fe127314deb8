package org.anvildb.version;

import java.util.UUID;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.table.TableMeta;

/**
 * One change of a {@link Version}. A list of edits is one atomic step: one record of the manifest,
 * which is there as a whole or not at all.
 */
public sealed interface VersionEdit {
  /**
   * Who the database is; the first edit of every manifest, and never changed.
   *
   * @param databaseId drawn when the database was created
   * @param hashSeed the seed of key hashes in all of its tables
   */
  record Identity(UUID databaseId, long hashSeed) implements VersionEdit {}

  /**
   * A new keyspace, without tables.
   *
   * @param id a number that no keyspace had before
   * @param name a name that no living keyspace has
   * @param options how it stores its entries
   */
  record CreateKeyspace(int id, String name, KeyspaceOptions options) implements VersionEdit {}

  /**
   * The end of a keyspace and of all its tables.
   *
   * @param id its number
   */
  record DropKeyspace(int id) implements VersionEdit {}

  /**
   * A table that is live from now on.
   *
   * @param keyspace the number of its keyspace
   * @param level the level, 0 to {@link Levels#LAST}
   * @param above the table of level 0 that this one is put directly above, as just newer: what a
   *     merge within level 0 says of the newest of its inputs, before it removes them; 0 puts it
   *     above all others, and is the only value for other levels
   * @param table what is known of it
   */
  record AddTable(int keyspace, int level, long above, TableMeta table) implements VersionEdit {
    /** Adds a table by keys, or in level 0 as the newest. */
    public AddTable(int keyspace, int level, TableMeta table) {
      this(keyspace, level, 0, table);
    }
  }

  /**
   * A table that is no longer live.
   *
   * @param keyspace the number of its keyspace
   * @param level the level that has it
   * @param number its number
   */
  record RemoveTable(int keyspace, int level, long number) implements VersionEdit {}

  /**
   * How far the tables cover the log.
   *
   * @param walFloor segments with a lower number are no longer needed
   * @param lastSequence all batches up to this one are in tables
   */
  record Progress(long walFloor, long lastSequence) implements VersionEdit {}

  /**
   * Numbers that are taken for good.
   *
   * @param nextFile all lower numbers of files are used up
   * @param nextKeyspace all lower numbers of keyspaces are used up
   */
  record Counters(long nextFile, int nextKeyspace) implements VersionEdit {}
}
