package org.anvildb.proof;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Scheduler;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;

/**
 * A set of options under which a history of operations is run.
 *
 * @param name shown in the test's name
 * @param options the options
 * @param threads whether background work runs on real threads; else step by step
 */
record Setting(String name, DatabaseOptions options, boolean threads) {
  /** Eight settings that differ in all that changes the way of the data. */
  static List<Setting> eight() {
    return List.of(
        of("defaults on threads", 64 << 10, "NONE", FilterPolicy.POINT_INDEX, 8192, 10, true),
        of("tiny memtables", 4 << 10, "NONE", FilterPolicy.POINT_INDEX, 512, 4, false),
        of("one entry a block", 8 << 10, "NONE", FilterPolicy.POINT_INDEX, 64, 2, false),
        of("lz4", 16 << 10, "LZ4", FilterPolicy.POINT_INDEX, 4096, 10, true),
        of("lz4 with bloom filters", 16 << 10, "LZ4", FilterPolicy.BLOOM, 1024, 3, false),
        of("deflate without filters", 32 << 10, "DEFLATE", FilterPolicy.NONE, 2048, 10, false),
        of("bloom filters", 8 << 10, "NONE", FilterPolicy.BLOOM, 300, 2, true),
        of("no filters, large memtable", 1 << 20, "NONE", FilterPolicy.NONE, 16384, 10, false));
  }

  private static Setting of(
      String name,
      long memtable,
      String codec,
      FilterPolicy filter,
      int block,
      int ratio,
      boolean threads) {
    var keyspace = new KeyspaceOptions(codec, filter, block, ratio);
    var options =
        DatabaseOptions.builder()
            .memtableBytes(ByteSize.ofBytes(memtable))
            .blockCacheBytes(ByteSize.ofBytes(codec.equals("LZ4") ? 1 << 16 : 0))
            .syncInterval(Duration.ofMillis(50))
            .keyspaceDefaults(keyspace)
            .build();
    return new Setting(name, options, threads);
  }

  /** Opens the database in a directory. */
  Database open(Path directory, long seed) {
    return open(LocalStorage.open(directory, true, false), seed);
  }

  /** Opens the database on a storage. */
  Database open(Storage storage, long seed) {
    Scheduler scheduler =
        threads ? new ThreadScheduler("test", 2) : new InlineScheduler(new Random(seed));
    return Anvil.open(storage, scheduler, new Random(seed), options);
  }

  @Override
  public String toString() {
    return name;
  }
}
