package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.anvildb.api.ByteSize;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.OptionsMismatchException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Options: which are stored, which are given at each opening, and what a contradiction is. */
final class SeedOptionsTest {
  private static final KeyspaceOptions STORED =
      new KeyspaceOptions("LZ4", FilterPolicy.BLOOM, 1024, 4);
  private static final KeyspaceOptions OTHER =
      new KeyspaceOptions("DEFLATE", FilterPolicy.NONE, 512, 3);

  private static DatabaseOptions with(KeyspaceOptions defaults) {
    return DatabaseOptions.builder().keyspaceDefaults(defaults).build();
  }

  @Test
  void theOptionsInForceAreShown() {
    var options =
        DatabaseOptions.builder()
            .memtableBytes(ByteSize.ofKiB(64))
            .frozenMemtables(3)
            .blockCacheBytes(ByteSize.ofKiB(100))
            .backgroundThreads(5)
            .durability(Durability.SYNC)
            .syncInterval(Duration.ofMillis(20))
            .lockTimeout(Duration.ofSeconds(3))
            .keyspaceDefaults(STORED)
            .build();
    SeedBench bench = SeedBench.create(options);
    assertThat(bench.db.stats().options()).isEqualTo(options);
    assertThat(bench.db.options()).isEqualTo(STORED);
    bench = bench.reopened(DatabaseOptions.defaults());
    assertThat(bench.db.stats().options()).isEqualTo(DatabaseOptions.defaults());
    bench.db.close();
  }

  @Test
  void theOptionsOfAKeyspaceAreStoredWithIt() {
    SeedBench bench = SeedBench.create(with(STORED));
    bench.db.keyspace("implied");
    bench.db.keyspace("given", OTHER);
    for (int round = 0; round < 2; round++) {
      assertThat(bench.db.keyspaces()).containsExactly("default", "implied", "given");
      assertThat(bench.db.keyspace("implied").options()).isEqualTo(STORED);
      assertThat(bench.db.keyspace("given").options()).isEqualTo(OTHER);
      assertThat(bench.db.stats().keyspaces())
          .extracting(keyspace -> keyspace.options())
          .containsExactly(STORED, STORED, OTHER);
      bench =
          round == 0
              ? bench.killed(DatabaseOptions.defaults())
              : bench.reopened(DatabaseOptions.defaults());
    }
    bench.db.close();
  }

  @Test
  void aContradictionNamesWhatIsStoredAndWhatWasGiven() {
    SeedBench bench = SeedBench.create(with(STORED));
    bench.db.keyspace("events", OTHER);
    bench = bench.reopened(DatabaseOptions.defaults());
    var db = bench.db;
    assertThatThrownBy(() -> db.keyspace("events", STORED))
        .isInstanceOf(OptionsMismatchException.class)
        .hasMessageContaining("'events' is stored with " + OTHER)
        .hasMessageContaining("asked for with " + STORED);
    assertThatThrownBy(() -> db.keyspace("default", OTHER))
        .isInstanceOf(OptionsMismatchException.class)
        .hasMessageContaining("'default' is stored with " + STORED)
        .hasMessageContaining("asked for with " + OTHER);
    assertThat(db.keyspace("events", OTHER).options()).isEqualTo(OTHER);
    db.close();
  }

  @Test
  void defaultsForNewKeyspacesContradictNothingThatIsStored() {
    SeedBench bench = SeedBench.create(with(STORED));
    bench.db.put(key(1), value(1, 0));
    bench = bench.reopened(with(OTHER));
    assertThat(bench.db.options()).as("as stored").isEqualTo(STORED);
    assertThat(bench.db.get(key(1))).isEqualTo(value(1, 0));
    assertThat(bench.db.keyspace("new").options()).as("as given now").isEqualTo(OTHER);
    bench.db.close();
  }

  @Test
  void valuesOutOfTheirLimitsAreRefusedWithTheLimits() {
    List<Executable> calls =
        List.of(
            () -> DatabaseOptions.builder().memtableBytes(ByteSize.ofBytes(4095)).build(),
            () -> DatabaseOptions.builder().memtableBytes(ByteSize.ofMiB(1025)).build(),
            () -> DatabaseOptions.builder().frozenMemtables(0).build(),
            () -> DatabaseOptions.builder().backgroundThreads(65).build(),
            () -> DatabaseOptions.builder().syncInterval(Duration.ZERO).build(),
            () -> DatabaseOptions.builder().lockTimeout(Duration.ofHours(2)).build(),
            () -> KeyspaceOptions.defaults().withBlockBytes(63),
            () -> KeyspaceOptions.defaults().withLevelRatio(1));
    for (Executable call : calls) {
      assertThatThrownBy(call::execute)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(" must be ")
          .hasMessageContaining(", but is ");
    }
    assertThatThrownBy(() -> DatabaseOptions.builder().readOnly(true).errorIfExists(true).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("exclude each other");
  }

  @Test
  void anUnknownCodecIsRefusedBeforeAnythingIsWritten() {
    var disk = new org.anvildb.storage.sim.MemoryStorage();
    assertThatThrownBy(
            () -> SeedBench.open(disk, with(KeyspaceOptions.defaults().withCodec("ZSTD"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no codec ZSTD")
        .hasMessageContaining("LZ4");
    assertThat(disk.list().stream().filter(name -> !name.equals("LOCK"))).isEmpty();
  }
}
