package org.anvildb.version;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.anvildb.table.TableMeta;
import org.anvildb.version.VersionEdit.AddTable;
import org.anvildb.version.VersionEdit.Counters;
import org.anvildb.version.VersionEdit.CreateKeyspace;
import org.anvildb.version.VersionEdit.DropKeyspace;
import org.anvildb.version.VersionEdit.Identity;
import org.anvildb.version.VersionEdit.Progress;
import org.anvildb.version.VersionEdit.RemoveTable;
import org.jspecify.annotations.Nullable;

/**
 * A version in the middle of edits. Not thread-safe. What does not fit is an {@link
 * IllegalStateException}, which the reader of a manifest turns into corruption.
 */
final class VersionBuilder {
  private final Map<Integer, KeyspaceVersion> keyspaces = new LinkedHashMap<>();
  private final Map<Integer, LevelsBuilder> changed = new LinkedHashMap<>();
  private @Nullable UUID databaseId;
  private long hashSeed;
  private long nextFile = 1;
  private int nextKeyspace;
  private long walFloor;
  private long lastSequence;

  /** Starts from nothing: the first edit must tell the identity. */
  VersionBuilder() {}

  VersionBuilder(Version version) {
    databaseId = version.databaseId();
    hashSeed = version.hashSeed();
    nextFile = version.nextFile();
    nextKeyspace = version.nextKeyspace();
    walFloor = version.walFloor();
    lastSequence = version.lastSequence();
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      keyspaces.put(keyspace.id(), keyspace);
    }
  }

  void add(VersionEdit edit) {
    require(databaseId != null || edit instanceof Identity, "the first edit must be the identity");
    switch (edit) {
      case Identity identity -> identify(identity);
      case CreateKeyspace create -> create(create);
      case DropKeyspace drop -> drop(drop);
      case AddTable add -> addTable(add);
      case RemoveTable remove ->
          levels(remove.keyspace(), remove.level()).remove(remove.level(), remove.number());
      case Progress progress -> progress(progress);
      case Counters counters -> count(counters);
    }
  }

  Version build() {
    UUID id = databaseId;
    if (id == null) {
      throw new IllegalStateException("there is no identity");
    }
    require(keyspaces.containsKey(KeyspaceVersion.DEFAULT_ID), "there is no default keyspace");
    List<KeyspaceVersion> list = new ArrayList<>(keyspaces.size());
    for (KeyspaceVersion keyspace : keyspaces.values()) {
      LevelsBuilder levels = changed.get(keyspace.id());
      list.add(levels == null ? keyspace : keyspace.withLevels(levels.build()));
    }
    if (list.size() > 1 && !changed.isEmpty()) {
      checkShared(list);
    }
    return new Version(id, hashSeed, list, nextFile, nextKeyspace, walFloor, lastSequence);
  }

  private void identify(Identity identity) {
    require(databaseId == null, "the identity is told twice");
    databaseId = identity.databaseId();
    hashSeed = identity.hashSeed();
  }

  private void create(CreateKeyspace create) {
    require(
        create.id() >= nextKeyspace && create.id() < Integer.MAX_VALUE,
        "keyspace " + create.id() + " was already used");
    for (KeyspaceVersion keyspace : keyspaces.values()) {
      require(
          !keyspace.name().equals(create.name()),
          "keyspaces " + keyspace.id() + " and " + create.id() + " have the same name");
    }
    nextKeyspace = create.id() + 1;
    keyspaces.put(
        create.id(),
        new KeyspaceVersion(create.id(), create.name(), create.options(), Levels.empty()));
  }

  private void drop(DropKeyspace drop) {
    require(drop.id() != KeyspaceVersion.DEFAULT_ID, "the default keyspace can't be dropped");
    require(keyspaces.remove(drop.id()) != null, "there is no keyspace " + drop.id());
    changed.remove(drop.id());
  }

  private void addTable(AddTable add) {
    long number = add.table().number();
    require(number > 0 && number < Long.MAX_VALUE, "a table has the number " + number);
    levels(add.keyspace(), add.level()).add(add.level(), add.above(), add.table());
    nextFile = Math.max(nextFile, number + 1);
  }

  private void progress(Progress progress) {
    require(progress.walFloor() >= walFloor, "the floor of the log goes down");
    require(progress.lastSequence() >= lastSequence, "the last sequence number goes down");
    walFloor = progress.walFloor();
    lastSequence = progress.lastSequence();
    nextFile = Math.max(nextFile, walFloor);
  }

  private void count(Counters counters) {
    nextFile = Math.max(nextFile, counters.nextFile());
    nextKeyspace = Math.max(nextKeyspace, counters.nextKeyspace());
  }

  private LevelsBuilder levels(int id, int level) {
    require(level >= 0 && level < Levels.COUNT, "there is no level " + level);
    LevelsBuilder levels = changed.get(id);
    if (levels == null) {
      KeyspaceVersion keyspace = keyspaces.get(id);
      if (keyspace == null) {
        throw new IllegalStateException("there is no keyspace " + id);
      }
      levels = keyspace.levels().change();
      changed.put(id, levels);
    }
    return levels;
  }

  private void checkShared(List<KeyspaceVersion> list) {
    Set<Long> seen = new HashSet<>();
    for (KeyspaceVersion keyspace : list) {
      for (int level = 0; level < Levels.COUNT; level++) {
        for (TableMeta table : keyspace.levels().tables(level)) {
          require(seen.add(table.number()), table.fileName() + " stands in two keyspaces");
        }
      }
    }
  }

  private static void require(boolean holds, String problem) {
    if (!holds) {
      throw new IllegalStateException(problem);
    }
  }
}
