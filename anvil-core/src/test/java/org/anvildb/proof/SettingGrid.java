package org.anvildb.proof;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anvildb.api.ByteSize;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;

/**
 * The 64 settings under which one history must answer alike: 32 that are fixed, with every option
 * at its limits among them, and 32 that a seed draws.
 *
 * <p>The engine has eight levels at most. Tiny memtables with a ratio of 2 use as many of them as
 * there are entries for; a ratio of 100 with larger memtables never gets beyond the first.
 */
final class SettingGrid {
  private static final int[] MEMTABLES = {4 << 10, 8 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20};
  private static final String[] CODECS = {"NONE", "LZ4", "DEFLATE"};
  private static final int[] BLOCKS = {64, 300, 1024, 4096, 8192, 1 << 20};
  private static final int[] RATIOS = {2, 3, 10, 100};
  private static final long[] CACHES = {0, 1, 4096, 1 << 20, 1L << 40};
  private static final int[] FROZEN = {1, 2, 64};

  /** Settings on real threads: each so many. */
  private static final int THREADS_EVERY = 8;

  private SettingGrid() {}

  static List<Setting> sixtyFour(long seed) {
    List<Setting> settings = new ArrayList<>(absurd());
    FilterPolicy[] filters = FilterPolicy.values();
    // Every codec with every filter, over all the other values in turn.
    for (int i = settings.size(); i < 32; i++) {
      int pair = i % (CODECS.length * filters.length);
      settings.add(
          setting(
              MEMTABLES[i % MEMTABLES.length],
              new KeyspaceOptions(
                  CODECS[pair % CODECS.length],
                  filters[pair / CODECS.length],
                  BLOCKS[i % BLOCKS.length],
                  RATIOS[i % RATIOS.length]),
              CACHES[i % CACHES.length],
              FROZEN[i % FROZEN.length],
              i % THREADS_EVERY == 0));
    }
    Random random = new Random(seed);
    while (settings.size() < 64) {
      settings.add(
          setting(
              (4 << 10) + random.nextInt(1 << random.nextInt(19)),
              new KeyspaceOptions(
                  CODECS[random.nextInt(CODECS.length)],
                  filters[random.nextInt(filters.length)],
                  64 + random.nextInt(1 << random.nextInt(16)),
                  2 + random.nextInt(RATIOS[random.nextInt(RATIOS.length)] - 1)),
              CACHES[random.nextInt(CACHES.length)],
              1 + random.nextInt(8),
              settings.size() % THREADS_EVERY == 0));
    }
    return settings;
  }

  /** Everything as small as it may be, and as large. */
  private static List<Setting> absurd() {
    KeyspaceOptions oneEntryBlocks = new KeyspaceOptions("NONE", FilterPolicy.NONE, 64, 2);
    KeyspaceOptions hugeBlocks = new KeyspaceOptions("DEFLATE", FilterPolicy.BLOOM, 1 << 20, 100);
    return List.of(
        setting(4 << 10, oneEntryBlocks, 0, 1, false),
        setting(4 << 10, oneEntryBlocks.withCodec("LZ4"), 1, 1, false),
        setting(4 << 10, oneEntryBlocks.withFilterPolicy(FilterPolicy.BLOOM), 0, 64, false),
        setting(4 << 10, oneEntryBlocks.withFilterPolicy(FilterPolicy.POINT_INDEX), 0, 1, true),
        setting(4 << 10, hugeBlocks, 1, 1, false),
        setting(4 << 10, hugeBlocks.withCodec("LZ4"), 1L << 40, 2, true),
        setting(64 << 20, hugeBlocks, 1, 1, false),
        setting(64 << 10, KeyspaceOptions.defaults().withLevelRatio(100), 0, 2, false));
  }

  private static Setting setting(
      int memtable, KeyspaceOptions keyspace, long cache, int frozen, boolean threads) {
    DatabaseOptions options =
        DatabaseOptions.builder()
            .memtableBytes(ByteSize.ofBytes(memtable))
            .frozenMemtables(frozen)
            .blockCacheBytes(ByteSize.ofBytes(cache))
            .backgroundThreads(frozen)
            .durability(Durability.OS)
            .syncInterval(Duration.ofMillis(50))
            .keyspaceDefaults(keyspace)
            .build();
    String name =
        "memtable %d, %d frozen, cache %d, %s%s"
            .formatted(memtable, frozen, cache, keyspace, threads ? ", threads" : "");
    return new Setting(name, options, threads);
  }
}
