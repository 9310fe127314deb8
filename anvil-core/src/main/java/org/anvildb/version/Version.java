package org.anvildb.version;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/**
 * What the database consists of at one moment: its keyspaces with their tables, and the counters
 * that must survive a restart. Immutable; {@link #apply} makes the next one.
 *
 * @param databaseId drawn when the database was created
 * @param hashSeed the seed of key hashes in all tables
 * @param keyspaces in the order of their creation; the default one is the first
 * @param nextFile the lowest number that no file has had
 * @param nextKeyspace the lowest number that no keyspace has had
 * @param walFloor log segments with a lower number are not needed
 * @param lastSequence all batches up to this one are in tables
 */
public record Version(
    UUID databaseId,
    long hashSeed,
    List<KeyspaceVersion> keyspaces,
    long nextFile,
    int nextKeyspace,
    long walFloor,
    long lastSequence) {
  /** The name of the keyspace that every database has. */
  public static final String DEFAULT_NAME = "default";

  /** Copies the list. */
  public Version {
    keyspaces = List.copyOf(keyspaces);
  }

  /** Returns the version of a new database: the default keyspace, no tables, no files. */
  public static Version initial(UUID databaseId, long hashSeed, KeyspaceOptions defaults) {
    var keyspace =
        new KeyspaceVersion(KeyspaceVersion.DEFAULT_ID, DEFAULT_NAME, defaults, Levels.empty());
    return new Version(databaseId, hashSeed, List.of(keyspace), 1, 1, 0, 0);
  }

  /** Returns a keyspace by its number, or null if there is none. */
  public @Nullable KeyspaceVersion keyspace(int id) {
    for (KeyspaceVersion keyspace : keyspaces) {
      if (keyspace.id() == id) {
        return keyspace;
      }
    }
    return null;
  }

  /** Returns a keyspace by its name, or null if there is none. */
  public @Nullable KeyspaceVersion keyspace(String name) {
    for (KeyspaceVersion keyspace : keyspaces) {
      if (keyspace.name().equals(name)) {
        return keyspace;
      }
    }
    return null;
  }

  /** Returns the tables of all keyspaces, each keyspace's from the highest level to the lowest. */
  public List<TableMeta> tables() {
    List<TableMeta> all = new ArrayList<>();
    for (KeyspaceVersion keyspace : keyspaces) {
      Levels levels = keyspace.levels();
      for (int level = 0; level <= levels.lastUsed(); level++) {
        all.addAll(levels.tables(level));
      }
    }
    return all;
  }

  /** Returns how many tables all keyspaces have. */
  public int tableCount() {
    int count = 0;
    for (KeyspaceVersion keyspace : keyspaces) {
      count += keyspace.levels().tableCount();
    }
    return count;
  }

  /**
   * Returns the version after a list of edits.
   *
   * @throws IllegalStateException if the edits don't fit this version
   */
  public Version apply(List<VersionEdit> edits) {
    VersionBuilder builder = new VersionBuilder(this);
    for (VersionEdit edit : edits) {
      builder.add(edit);
    }
    return builder.build();
  }

  /** Returns the edits that make this version out of nothing. */
  public List<VersionEdit> toEdits() {
    List<VersionEdit> edits = new ArrayList<>();
    edits.add(new VersionEdit.Identity(databaseId, hashSeed));
    for (KeyspaceVersion keyspace : keyspaces) {
      edits.add(new VersionEdit.CreateKeyspace(keyspace.id(), keyspace.name(), keyspace.options()));
      Levels levels = keyspace.levels();
      for (int level = 0; level < Levels.COUNT; level++) {
        for (int i = 0; i < levels.size(level); i++) {
          // Each addition to level 0 is put above those before it, so the oldest goes first.
          int index = level == 0 ? levels.size(0) - 1 - i : i;
          edits.add(new VersionEdit.AddTable(keyspace.id(), level, levels.table(level, index)));
        }
      }
    }
    edits.add(new VersionEdit.Progress(walFloor, lastSequence));
    edits.add(new VersionEdit.Counters(nextFile, nextKeyspace));
    return edits;
  }
}
