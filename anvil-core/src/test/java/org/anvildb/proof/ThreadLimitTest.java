package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.PoisonedException;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Holds that a thread that can't be started, as at a limit on threads, leads to an exception and
 * never to a caller that waits for ever.
 */
@Timeout(60)
final class ThreadLimitTest {
  private final MemoryStorage storage = new MemoryStorage();
  private final RefusingScheduler scheduler =
      new RefusingScheduler(new ThreadScheduler("limit", 1));

  private Database open(Durability durability) {
    var options =
        DatabaseOptions.builder()
            .memtableBytes(ByteSize.ofKiB(16))
            .durability(durability)
            .frozenMemtables(2)
            .build();
    return Anvil.open(storage, scheduler, new Random(1), options);
  }

  private static byte[] key(int i) {
    return new byte[] {(byte) (i >> 8), (byte) i};
  }

  private static Throwable fill(Database db) {
    return catchThrowable(() -> {
      for (int i = 0; i < 2_000; i++) {
        db.put(key(i), new byte[1_000]);
      }
    });
  }

  private void reopenAndCheck(int key) {
    try (Database db =
        Anvil.open(
            storage, new ThreadScheduler("again", 1), new Random(1), DatabaseOptions.defaults())) {
      assertThat(db.get(key(key))).isNotNull();
    }
  }

  @Test
  void anAsynchronousWriteThatNobodyForcesIsToldAndSoAreLaterOnes() throws Exception {
    Database db = open(Durability.SYNC);
    scheduler.inject(RefusingScheduler.Plan.noThreads(Lane.SYNC));
    CompletableFuture<?> first = db.putAsync(key(1), key(1));
    assertThatThrownBy(first::join).hasCauseInstanceOf(PoisonedException.class);
    scheduler.inject(null);
    assertThatThrownBy(() -> db.putAsync(key(2), key(2)).join())
        .hasRootCauseInstanceOf(OutOfMemoryError.class);
    assertThat(db.get(key(1))).isEqualTo(key(1));
    assertThat(db.health()).isInstanceOf(Health.Poisoned.class);
    assertThatThrownBy(db::close).isInstanceOf(AnvilException.class);
  }

  @Test
  void aVirtualThreadWhoseWriteNobodyForcesIsTold() throws Exception {
    Database db = open(Durability.SYNC);
    scheduler.inject(RefusingScheduler.Plan.noThreads(Lane.SYNC));
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread.startVirtualThread(() -> thrown.set(catchThrowable(() -> db.put(key(1), key(1)))))
        .join();
    assertThat(thrown.get()).isInstanceOf(PoisonedException.class);
    assertThatThrownBy(db::close).isInstanceOf(AnvilException.class);
  }

  @Test
  void aWriterWithoutASegmentIsRefusedAndMayTryAgain() {
    Database db = open(Durability.OS);
    db.put(key(1), key(1));
    scheduler.inject(RefusingScheduler.Plan.noThreads(Lane.CHORE));
    assertThat(fill(db)).isInstanceOf(AnvilException.class);
    assertThat(db.health()).isInstanceOf(Health.Healthy.class);
    scheduler.inject(null);
    assertThat(fill(db)).isNull();
    assertThat(db.get(key(1_999))).isNotNull();
    db.close();
  }

  @Test
  void aMemtableThatNobodyFlushesPoisonsTheDatabase() {
    Database db = open(Durability.OS);
    db.put(key(1), key(1));
    scheduler.inject(RefusingScheduler.Plan.noThreads(Lane.FLUSH));
    assertThat(fill(db)).isInstanceOf(PoisonedException.class);
    assertThat(db.health()).isInstanceOf(Health.Poisoned.class);
    assertThat(db.get(key(1))).isNotNull();
    scheduler.inject(null);
    assertThatThrownBy(db::compact).isInstanceOf(PoisonedException.class);
    db.close();
    reopenAndCheck(1);
  }

  @Test
  void aMergeThatNobodyCarriesOutPoisonsTheDatabase() {
    Database db = open(Durability.OS);
    fill(db);
    scheduler.inject(RefusingScheduler.Plan.noThreads(Lane.COMPACTION));
    assertThatThrownBy(db::compact).isInstanceOf(PoisonedException.class);
    assertThat(db.get(key(1))).isNotNull();
    db.close();
    reopenAndCheck(1);
  }

  @Test
  void aWriteWhosePeriodicSyncCantBePlannedIsSyncedAtOnce() {
    Database db = open(Durability.OS);
    scheduler.inject(RefusingScheduler.Plan.noThreads(Lane.SYNC));
    long before = db.stats().writes().syncs();
    db.put(key(1), key(1));
    assertThat(db.stats().writes().syncs()).isGreaterThan(before);
    scheduler.inject(null);
    db.put(key(2), key(2));
    db.close();
  }

  @Test
  void anOpeningThatGetsNoThreadFailsAndCanBeRepeated() {
    scheduler.inject(RefusingScheduler.Plan.noThreads(Lane.CHORE));
    assertThat(catchThrowable(() -> open(Durability.OS))).isInstanceOf(AnvilException.class);
  }
}
