package org.anvildb.proof;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;
import org.anvildb.table.StoredTable;
import org.anvildb.version.FileName;

/**
 * A database for repairs: three keyspaces of different options, overwritten and deleted keys in
 * several levels, a log that is not in tables. Knows what each keyspace holds, and all it ever had:
 * a value tells its keyspace, its key and its generation, so that none can be taken for another.
 */
final class DamagedStore {
  private static final int KEYS = 400;
  private static final DatabaseOptions OPTIONS =
      DatabaseOptions.builder()
          .memtableBytes(ByteSize.ofKiB(32))
          .keyspaceDefaults(KeyspaceOptions.defaults().withBlockBytes(512))
          .build();

  private final Map<String, TreeMap<String, Integer>> live = new LinkedHashMap<>();
  private final Path directory;
  private int generation;

  private DamagedStore(Path directory) {
    this.directory = directory;
  }

  /** Makes a store, as a process leaves it that is killed, or that closes it. */
  static DamagedStore make(Path parent, long seed, boolean isKilled) throws IOException {
    DamagedStore store = new DamagedStore(parent.resolve("store-" + seed));
    store.write(parent.resolve("living-" + seed), new Random(seed), isKilled);
    return store;
  }

  Path directory() {
    return directory;
  }

  /** Returns the keys that a keyspace has, with the generation of each. */
  TreeMap<String, Integer> live(String keyspace) {
    return live.getOrDefault(keyspace, new TreeMap<>());
  }

  /** Returns the names of the keyspaces. */
  Iterable<String> keyspaces() {
    return live.keySet();
  }

  /**
   * Returns how many keys a repair may bring back otherwise than they were if one byte of a file is
   * damaged: the key of one record of the log, those of one table, none of a file that only names
   * or locks; of a manifest any number.
   */
  long mostDifferent(String file) {
    FileName parsed = Objects.requireNonNull(FileName.parse(file));
    return switch (parsed.kind()) {
      case CURRENT, CURRENT_DRAFT, LOCK -> 0;
      case WAL -> 1;
      case TABLE -> {
        try (Storage storage = LocalStorage.open(directory, false, true)) {
          yield StoredTable.read(storage, parsed.number()).meta().entries();
        }
      }
      case MANIFEST -> Long.MAX_VALUE;
    };
  }

  private void write(Path living, Random random, boolean isKilled) throws IOException {
    // Step by step: what is copied of a living database has no file that changes meanwhile.
    var scheduler = new InlineScheduler(random);
    var storage = LocalStorage.open(living, true, false);
    try (Database db = Anvil.open(storage, scheduler, random, OPTIONS)) {
      List<Keyspace> keyspaces = new ArrayList<>();
      keyspaces.add(db);
      var packed = KeyspaceOptions.defaults().withCodec("LZ4").withBlockBytes(1024);
      keyspaces.add(db.keyspace("packed", packed));
      var bloom = KeyspaceOptions.defaults().withFilterPolicy(FilterPolicy.BLOOM);
      keyspaces.add(db.keyspace("bloom", bloom.withBlockBytes(256)));
      for (Keyspace keyspace : keyspaces) {
        live.put(keyspace.name(), new TreeMap<>());
      }
      for (int round = 0; round < 6; round++) {
        keyspaces.forEach(keyspace -> change(keyspace, random));
        for (int steps = random.nextInt(40); steps > 0; steps--) {
          scheduler.runOne();
        }
        if (round == 1) {
          db.compact();
        }
      }
      if (isKilled) {
        keyspaces.forEach(keyspace -> change(keyspace, random));
        db.sync();
        MisuseDirectories.copy(living, directory);
      }
    }
    if (!isKilled) {
      MisuseDirectories.copy(living, directory);
    }
  }

  private void change(Keyspace keyspace, Random random) {
    generation++;
    TreeMap<String, Integer> model = live(keyspace.name());
    for (int i = 0; i < KEYS; i++) {
      String key = "KEY-" + (10_000 + random.nextInt(KEYS));
      if (random.nextInt(4) == 0) {
        keyspace.delete(key.getBytes(StandardCharsets.UTF_8));
        model.remove(key);
      } else {
        keyspace.put(key.getBytes(StandardCharsets.UTF_8), value(keyspace.name(), key, generation));
        model.put(key, generation);
      }
    }
  }

  private static byte[] value(String keyspace, String key, int generation) {
    String text = "VALUE-" + keyspace + "/" + key + "/" + generation;
    return (text + "/" + "x".repeat(20)).getBytes(StandardCharsets.UTF_8);
  }

  /** How a repaired keyspace differs from what it held. */
  record Difference(int right, int missing, int outdated, int back, int invented) {
    Difference plus(Difference other) {
      return new Difference(
          right + other.right,
          missing + other.missing,
          outdated + other.outdated,
          back + other.back,
          invented + other.invented);
    }
  }

  /** Compares a keyspace with what it held under a name. */
  Difference compare(Keyspace repaired, String name) {
    TreeMap<String, Integer> expected = new TreeMap<>(live(name));
    int right = 0;
    int outdated = 0;
    int back = 0;
    int invented = 0;
    try (Cursor cursor = repaired.cursor()) {
      while (cursor.next()) {
        String key = new String(cursor.key(), StandardCharsets.UTF_8);
        int found = generation(name, key, cursor.value());
        Integer wanted = expected.remove(key);
        if (found < 0) {
          invented++;
        } else if (wanted == null) {
          back++;
        } else if (wanted == found) {
          right++;
        } else {
          outdated++;
        }
      }
    }
    return new Difference(right, expected.size(), outdated, back, invented);
  }

  /** Returns the generation that a value tells, or -1 if it was never a value of that key. */
  private int generation(String name, String key, byte[] value) {
    for (int g = 1; g <= generation; g++) {
      if (Arrays.equals(value, value(name, key, g))) {
        return g;
      }
    }
    return -1;
  }
}
