package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.anvildb.Anvil;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Holds that a close that returns has brought all writes to the disk, poisoned or not, and that one
 * that fails leaves nothing open.
 */
@ExtendWith(SilentLog.class)
final class FaultCloseTest {
  private static final byte[] KEY = {1};

  private final MemoryStorage memory = new MemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(memory);
  private final InlineScheduler scheduler = new InlineScheduler(new Random(1));
  private final Database db =
      Anvil.open(
          faulty,
          scheduler,
          new Random(1),
          // One thread: a merge that is divided leaves several tables, of which some stay.
          CrashRun.options(4 << 10).toBuilder().backgroundThreads(1).build());

  @Test
  void closingTellsThatWritesWereNotSyncedSinceAnEarlierSyncFailed() {
    db.put(KEY, KEY, Durability.OS);
    fail(OperationKind.FORCE);
    scheduler.advance(TimeUnit.SECONDS.toNanos(2));
    scheduler.runAll();
    assertThat(db.health()).isInstanceOf(Health.Poisoned.class);
    assertThatThrownBy(db::close).isInstanceOf(PoisonedException.class);
    assertThat(db.health()).isInstanceOf(Health.Closed.class);
  }

  @Test
  void closingSyncsTheLogThoughAFlushHasFailed() {
    db.put(KEY, KEY, Durability.OS);
    fail(OperationKind.CREATE);
    assertThatThrownBy(db::compact).isInstanceOf(PoisonedException.class);
    faulty.inject(null);
    db.close();
    MemoryStorage left = memory.crashedCopy(new CrashPlan(CrashMode.SYNCED_ONLY, 1));
    var again = new InlineScheduler(new Random(1));
    try (Database reopened = Anvil.open(left, again, new Random(1), CrashRun.options(4 << 10))) {
      assertThat(reopened.get(KEY)).isEqualTo(KEY);
    }
  }

  @Test
  void mappingsThatDoNotCloseWellAreAllClosed() {
    fill();
    assertThat(memory.openMappings()).isGreaterThan(2);
    faulty.inject(new FaultPlan(EnumSet.of(OperationKind.CLOSE), 0, new Fault.IoFailure(), true));
    assertThatThrownBy(db::close).isInstanceOf(StorageException.class);
    assertThat(memory.openMappings()).isZero();
    memory.lock(Duration.ZERO).close();
  }

  @Test
  void aRetiredTableThatDoesNotCloseWellIsDeletedAllTheSame() {
    fill();
    Cursor cursor = db.cursor();
    assertThat(cursor.next()).isTrue();
    List<String> held = tables();
    db.put(KEY, KEY, Durability.OS);
    db.compact();
    scheduler.runAll();
    assertThat(tables()).containsAll(held);
    faulty.inject(new FaultPlan(EnumSet.of(OperationKind.CLOSE), 0, new Fault.IoFailure(), true));
    cursor.close();
    scheduler.runAll();
    assertThat(faulty.hits()).isPositive();
    faulty.inject(null);
    assertThat(tables()).isNotEmpty().doesNotContainAnyElementsOf(held);
    assertThat(db.health()).isInstanceOf(Health.Healthy.class);
    db.close();
    assertThat(memory.openMappings()).isZero();
  }

  private void fill() {
    for (int i = 0; i < 5; i++) {
      db.put(new byte[] {(byte) i}, new byte[3_000], Durability.OS);
    }
    db.compact();
    scheduler.runAll();
  }

  private List<String> tables() {
    return memory.list().stream().filter(name -> name.endsWith(".sst")).toList();
  }

  private void fail(OperationKind kind) {
    faulty.inject(new FaultPlan(EnumSet.of(kind), 0, new Fault.IoFailure(), false));
  }
}
