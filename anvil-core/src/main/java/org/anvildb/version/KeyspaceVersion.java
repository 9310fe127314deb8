package org.anvildb.version;

import org.anvildb.api.KeyspaceOptions;

/**
 * One keyspace in a version.
 *
 * @param id its number, never reused; 0 is the default keyspace
 * @param name its name
 * @param options how it stores its entries
 * @param levels its tables
 */
public record KeyspaceVersion(int id, String name, KeyspaceOptions options, Levels levels) {
  /** The id of the keyspace that every database has. */
  public static final int DEFAULT_ID = 0;

  KeyspaceVersion withLevels(Levels changed) {
    return new KeyspaceVersion(id, name, options, changed);
  }
}
