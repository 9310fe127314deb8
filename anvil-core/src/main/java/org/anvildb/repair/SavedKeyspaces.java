package org.anvildb.repair;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.anvildb.api.Database;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.RepairReport.Loss;
import org.anvildb.api.RepairReport.SavedKeyspace;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Version;
import org.jspecify.annotations.Nullable;

/**
 * The keyspaces of the new database, by the ids that they have in the damaged one. Those without a
 * name get one that is made up. Not thread-safe.
 */
final class SavedKeyspaces {
  /** More keyspaces without a name are not made: a log tells ids, and it may be hostile. */
  static final int MOST = 1_000;

  private final Database target;
  private final @Nullable Version version;
  private final boolean isComplete;
  private final RepairTally tally;
  private final Map<Integer, @Nullable Keyspace> byId = new HashMap<>();
  private final Map<String, Boolean> isNamed = new LinkedHashMap<>();
  private final Map<String, Long> doubtful = new HashMap<>();

  SavedKeyspaces(
      Database target, @Nullable Version version, boolean isComplete, RepairTally tally) {
    this.target = target;
    this.version = version;
    this.isComplete = isComplete;
    this.tally = tally;
    byId.put(KeyspaceVersion.DEFAULT_ID, target);
    isNamed.put(Database.DEFAULT_KEYSPACE, true);
    if (version != null) {
      version.keyspaces().forEach(this::create);
    }
  }

  private void create(KeyspaceVersion keyspace) {
    if (keyspace.id() != KeyspaceVersion.DEFAULT_ID) {
      byId.put(keyspace.id(), create(keyspace.name(), keyspace.options()));
      isNamed.put(keyspace.name(), true);
    }
  }

  private Keyspace create(String name, KeyspaceOptions options) {
    try {
      return target.keyspace(name, options);
    } catch (IllegalArgumentException e) {
      tally.doubt(
          "a keyspace's codec is not there; it is stored without compression: " + options.codec());
      return target.keyspace(name, options.withCodec(KeyspaceOptions.NONE));
    }
  }

  /** Returns the keyspace of an id; null if it was dropped, or there are too many. */
  @Nullable Keyspace byId(int id, String file) {
    if (!byId.containsKey(id)) {
      byId.put(id, make(id, file));
    }
    return byId.get(id);
  }

  private @Nullable Keyspace make(int id, String file) {
    if (version != null && isComplete && id < version.nextKeyspace()) {
      return null;
    }
    if (byId.size() > MOST) {
      tally.lose(new Loss(file, -1, 0, "names more keyspaces than are made up: " + MOST));
      return null;
    }
    return nameless("keyspace-" + id, KeyspaceOptions.defaults());
  }

  /** Makes a keyspace for entries of which no name is known. */
  Keyspace nameless(String wanted, KeyspaceOptions options) {
    String name = wanted;
    for (int i = 2; isNamed.containsKey(name); i++) {
      name = wanted + "-" + i;
    }
    isNamed.put(name, false);
    return create(name, options);
  }

  /** Notes that an entry of a keyspace may be outdated. */
  void doubt(Keyspace keyspace) {
    doubtful.merge(keyspace.name(), 1L, Long::sum);
  }

  /** Counts what each keyspace has now. */
  List<SavedKeyspace> counted() {
    return isNamed.entrySet().stream()
        .map(named -> {
          String name = named.getKey();
          long entries = target.keyspace(name).count(KeyRange.all());
          return new SavedKeyspace(
              name, named.getValue(), entries, doubtful.getOrDefault(name, 0L));
        })
        .toList();
  }
}
