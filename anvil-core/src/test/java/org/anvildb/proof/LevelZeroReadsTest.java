package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.Keyspace;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.KeyspaceStats;
import org.anvildb.schedule.Lane;
import org.junit.jupiter.api.Test;

/**
 * A get finds what is in any of the runs of level 0, though a filter over all of them tells it
 * where not to look: while tables come by flushes, are merged within level 0, are moved or merged
 * down, go with their keyspace, and come from an earlier process.
 */
final class LevelZeroReadsTest {
  private static final long SEED = Long.getLong("seed", 5);
  private static final int KEYS = 400;
  private static final int ROUNDS = 40;
  private static final String[] NAMES = {"default", "bloom", "none", "passing"};

  private final Random random = new Random(SEED);
  private final Map<String, ByteMap> models = new LinkedHashMap<>();
  private SeedBench bench = SeedBench.create(SeedBench.SMALL);
  private int mostTables;
  private long reads;

  private static KeyspaceOptions options(String name) {
    KeyspaceOptions defaults = KeyspaceOptions.defaults().withLevelRatio(3);
    return switch (name) {
      case "bloom" -> defaults.withFilterPolicy(FilterPolicy.BLOOM).withCodec("LZ4");
      case "none" -> defaults.withFilterPolicy(FilterPolicy.NONE);
      default -> defaults;
    };
  }

  private Keyspace keyspace(String name) {
    return name.equals("default") ? bench.db : bench.db.keyspace(name, options(name));
  }

  @Test
  void everyGetFindsWhatIsThereAndNothingElse() {
    for (String name : NAMES) {
      models.put(name, new ByteMap());
    }
    for (int round = 0; round < ROUNDS; round++) {
      // Runs pile up in level 0, then go one merge at a time.
      bench.lanes.hold(Lane.COMPACTION);
      for (int flush = 0; flush < 3 + random.nextInt(6); flush++) {
        fill();
        bench.scheduler.runAll();
        check(12);
      }
      check(KEYS);
      bench.lanes.release(Lane.COMPACTION);
      while (bench.scheduler.runOne()) {
        check(12);
      }
      check(KEYS);
      if (round % 5 == 4) {
        bench.db.dropKeyspace("passing");
        models.put("passing", new ByteMap());
        check(KEYS);
      }
      if (round % 11 == 10) {
        bench = bench.reopened(SeedBench.SMALL);
        check(KEYS);
      }
    }
    assertThat(mostTables).as("tables in level 0 at a time").isGreaterThan(6);
    System.out.printf("level 0: %,d gets over up to %d tables, 0 differences%n", reads, mostTables);
  }

  /** Writes about a memtable full, new keys and old ones, also in ascending order. */
  private void fill() {
    boolean ascending = random.nextInt(4) == 0;
    int at = random.nextInt(KEYS);
    for (int i = 0; i < 14; i++) {
      String name = NAMES[random.nextInt(NAMES.length)];
      byte[] key = key(ascending ? at++ % KEYS : random.nextInt(KEYS));
      if (random.nextInt(6) == 0) {
        keyspace(name).delete(key);
        models.get(name).delete(key);
      } else {
        byte[] value = new byte[200 + random.nextInt(200)];
        random.nextBytes(value);
        keyspace(name).put(key, value);
        models.get(name).put(key, value);
      }
    }
  }

  private void check(int keys) {
    for (KeyspaceStats stats : bench.db.stats().keyspaces()) {
      List<KeyspaceStats.Level> levels = stats.levels();
      mostTables = Math.max(mostTables, levels.isEmpty() ? 0 : levels.getFirst().tables());
    }
    for (String name : NAMES) {
      Keyspace keyspace = keyspace(name);
      for (int i = 0; i < keys; i++) {
        byte[] key = key(keys == KEYS ? i : random.nextInt(2 * KEYS));
        byte[] expected = models.get(name).get(key);
        assertThat(keyspace.get(key)).as("%s, -Dseed=%d", name, SEED).isEqualTo(expected);
        assertThat(keyspace.contains(key)).isEqualTo(expected != null);
        reads++;
      }
    }
  }
}
