package org.anvildb.proof;

import static org.anvildb.proof.SeedBench.SMALL;
import static org.anvildb.proof.SeedKeys.bytes;
import static org.anvildb.proof.SeedKeys.key;
import static org.anvildb.proof.SeedKeys.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.PoisonedException;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Holds that the faults of the system that this one grew from are none of ours. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class SeedFaultTest {
  static void failFromNowOn(SeedBench bench, OperationKind... kinds) {
    bench.storage.inject(new FaultPlan(Set.of(kinds), 0, new Fault.IoFailure(), true));
  }

  @Test
  @DisplayName("a failed flush still deletes its log: ours never does")
  void aFailedFlushKeepsItsLog() {
    for (OperationKind kind :
        EnumSet.of(
            OperationKind.CREATE,
            OperationKind.APPEND,
            OperationKind.SYNC,
            OperationKind.CLOSE,
            OperationKind.SYNC_DIRECTORY)) {
      SeedBench bench = SeedBench.create(SMALL);
      for (int i = 0; i < 20; i++) {
        bench.db.put(key(i), value(i, 0));
      }
      failFromNowOn(bench, kind);
      assertThatThrownBy(bench.db::compact).as("%s", kind).isInstanceOf(PoisonedException.class);
      assertThat(bench.db.health()).isInstanceOf(Health.Poisoned.class);
      bench.settle();
      assertThat(SeedKeys.numbers(bench.db)).as("%s: reads go on", kind).hasSize(20);
      assertThat(bench.files(".wal")).as("%s", kind).isNotEmpty();
      try {
        bench.db.close();
      } catch (AnvilException e) {
        assertThat(e).hasMessageContaining("injected");
      }
      SeedBench again = SeedBench.open(bench.disk, SMALL);
      assertThat(SeedKeys.numbers(again.db)).as("%s: reopened", kind).hasSize(20);
      again.db.close();
    }
  }

  @Test
  @DisplayName("flushed memtables are never unlinked: ours leave memory and log")
  void flushedMemtablesLeaveMemoryAndLog() {
    SeedBench bench = SeedBench.create(SMALL);
    for (int i = 0; i < 5000; i++) {
      bench.db.put(key(i), value(i, 0));
    }
    bench.settle();
    var stats = bench.db.stats();
    assertThat(stats.background().flushes()).isGreaterThan(20);
    assertThat(stats.memory().frozen()).isZero();
    assertThat(stats.memory().entries()).isLessThan(200);
    assertThat(stats.memory().logSegments()).isLessThanOrEqualTo(4);
    assertThat(bench.files(".wal")).hasSameSizeAs(new int[stats.memory().logSegments()]);
    bench.db.close();
  }

  @Test
  @DisplayName(
      "free memory is read in kB and used as bytes, bytes taken for blocks: ours are bytes")
  void theCacheHoldsTheBytesThatItWasGivenHoweverTheDatabaseWasOpened() {
    int capacity = 64 << 10;
    var options =
        DatabaseOptions.builder()
            .blockCacheBytes(ByteSize.ofBytes(capacity))
            .keyspaceDefaults(KeyspaceOptions.defaults().withCodec("LZ4").withBlockBytes(1024))
            .build();
    SeedBench bench = SeedBench.create(options);
    for (int i = 0; i < 20_000; i++) {
      bench.db.put(key(i), value(i, 0));
    }
    bench.db.compact();
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 20_000; i += 7) {
        assertThat(bench.db.get(key(i))).isEqualTo(value(i, 0));
      }
      assertThat(bench.db.stats().cache().usedBytes()).isBetween(capacity / 4L, (long) capacity);
      bench = round == 0 ? bench.reopened(options) : bench.killed(options);
    }
    bench.db.close();
  }

  @Test
  @DisplayName("a log write error panics: ours poisons, reads go on, reopening recovers")
  void aLogErrorPoisonsAndDoesNotPanic() {
    SeedBench bench = SeedBench.create(SMALL);
    bench.db.put(key(0), value(0, 0), Durability.SYNC);
    failFromNowOn(bench, OperationKind.FORCE);
    assertThatThrownBy(() -> bench.db.put(key(1), value(1, 0), Durability.SYNC))
        .isInstanceOf(PoisonedException.class)
        .hasStackTraceContaining("injected");
    assertThatThrownBy(() -> bench.db.put(key(2), value(2, 0)))
        .isInstanceOf(PoisonedException.class);
    assertThat(bench.db.get(key(0))).isEqualTo(value(0, 0));
    assertThat(bench.db.get(key(2))).isNull();
    // A close that returns would mean that all is on disk; this one has closed all the same.
    assertThatThrownBy(bench.db::close).isInstanceOf(PoisonedException.class);
    SeedBench again = SeedBench.open(bench.disk, SMALL);
    assertThat(again.db.get(key(0))).isEqualTo(value(0, 0));
    assertThat(again.db.get(key(2))).isNull();
    again.db.close();
  }

  @Test
  @DisplayName("blocks carry no checksum: ours show every flipped bit")
  void noFlippedBitOfATableStaysUnseen(@TempDir(factory = MemoryDirectory.class) Path directory)
      throws IOException {
    try (Database db = Anvil.open(directory)) {
      for (int i = 0; i < 300; i++) {
        db.put(key(i), value(i, 0));
      }
      db.compact();
    }
    Path table = MisuseDirectories.named(directory, ".sst").getFirst();
    byte[] sound = Files.readAllBytes(table);
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      int offset = random.nextInt(sound.length);
      MisuseDirectories.flipBit(table, offset);
      boolean seen;
      try (Database db = Anvil.open(directory, DatabaseOptions.builder().readOnly(true).build())) {
        seen = !db.verify().isClean();
      } catch (AnvilException e) {
        seen = true;
      }
      assertThat(seen).as("a bit at %d of %d", offset, sound.length).isTrue();
      Files.write(table, sound);
    }
  }

  @Test
  @DisplayName("a compactor thread that dies leaves callers waiting for ever: ours answers all")
  void aBackgroundThreadThatDiesLeavesNoCallerWaiting() {
    for (OperationKind kind :
        List.of(
            OperationKind.CREATE,
            OperationKind.APPEND,
            OperationKind.MAP,
            OperationKind.FORCE,
            OperationKind.CREATE_MAPPED,
            OperationKind.DELETE,
            OperationKind.RENAME)) {
      var disk = new MemoryStorage();
      Database db = Anvil.open(disk, new ThreadScheduler("test", 2), new Random(1), SMALL);
      db.put(key(0), value(0, 0), Durability.SYNC);
      disk.setHook(
          new OperationHook() {
            @Override
            public void before(Operation operation, long index) {
              if (operation.kind() == kind) {
                throw new OutOfMemoryError("thrown by the test at " + operation);
              }
            }
          });
      List<Runnable> callers =
          List.of(
              () -> {
                for (int i = 1; i < 3000; i++) {
                  db.put(key(i), value(i, 0));
                }
              },
              () -> db.put(bytes("sync"), bytes("x"), Durability.SYNC),
              db::compact,
              db::sync);
      List<CompletableFuture<Void>> calls =
          callers.stream()
              .map(call -> CompletableFuture.runAsync(call, Thread::startVirtualThread))
              .toList();
      for (var call : calls) {
        // Each ends: by success where its work was not hit, else by a typed exception.
        call.handle(
                (done, failure) -> {
                  if (failure != null) {
                    assertThat(failure.getCause())
                        .as("%s", kind)
                        .isInstanceOf(AnvilException.class);
                  }
                  return done;
                })
            .join();
      }
      assertThat(db.get(key(0))).as("%s: reads go on", kind).isEqualTo(value(0, 0));
      disk.setHook(null);
      try {
        db.close();
      } catch (AnvilException e) {
        assertThat(e).hasStackTraceContaining("thrown by the test");
      }
      try (Database again =
          Anvil.open(disk, new ThreadScheduler("test", 1), new Random(1), SMALL)) {
        assertThat(again.get(key(0))).as("%s: reopened", kind).isEqualTo(value(0, 0));
      }
    }
  }
}
