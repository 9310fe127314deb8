package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.PoisonedException;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Holds that background work that did not go well leaves nothing behind, not even where telling of
 * it fails: the log belongs to the user, and a handler of it may throw.
 */
final class FailingLogTest {
  private static final Logger LOG = Logger.getLogger("org.anvildb");

  private final MemoryStorage memory = new MemoryStorage();
  private final FaultyStorage faulty = new FaultyStorage(memory);
  private final InlineScheduler inline = new InlineScheduler(new Random(1));
  private final Handler throwing = new ThrowingHandler();

  /** A handler with a mistake in it. */
  private static final class ThrowingHandler extends Handler {
    @Override
    public void publish(LogRecord record) {
      throw new UnsupportedOperationException("the log is broken: " + record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @BeforeEach
  void begin() {
    LOG.setUseParentHandlers(false);
  }

  @AfterEach
  void end() {
    LOG.removeHandler(throwing);
    LOG.setUseParentHandlers(true);
  }

  /** As the log that was replayed is never in tables, nothing after it may count as synced. */
  @Test
  void whoWaitsForAFlushIsToldThoughItsFailureCantBeLogged() {
    Database first = open(inline, options(4 << 10, 1));
    first.put(new byte[] {1}, new byte[100], Durability.OS);
    memory.endProcess();
    InlineScheduler next = new InlineScheduler(new Random(2));
    Database db = open(next, options(4 << 10, 1));
    var waiting = db.writeAsync(db.newBatch().put(new byte[] {2}, new byte[100]));
    assertThat(waiting).isNotDone();
    fail(OperationKind.CREATE);
    LOG.addHandler(throwing);
    next.runAll();
    LOG.removeHandler(throwing);
    assertThat(db.health()).isInstanceOf(Health.Poisoned.class);
    assertThatThrownBy(waiting::join).hasCauseInstanceOf(PoisonedException.class);
    memory.endProcess();
  }

  @Test
  void aMergeThatNobodyJoinsGoesOnThoughThatCantBeLogged() {
    var refusing = new RefusingScheduler(inline);
    Database db = open(refusing, options(64 << 10, 4));
    fill(db, 4);
    List<String> inputs = tables();
    // The first one to be submitted is the merge itself, the second one asks for another thread.
    refusing.inject(
        new RefusingScheduler.Plan(
            EnumSet.of(RefusingScheduler.Call.SUBMIT),
            EnumSet.of(Lane.COMPACTION),
            1,
            false,
            () -> new OutOfMemoryError("unable to create native thread (injected)")));
    LOG.addHandler(throwing);
    db.compact();
    LOG.removeHandler(throwing);
    inline.runAll();
    assertThat(refusing.hits()).as("threads that did not come").isPositive();
    assertThat(db.health()).isInstanceOf(Health.Healthy.class);
    assertThat(db.stats().background().compactions()).isPositive();
    assertThat(tables()).as("tables").isNotEmpty().doesNotContainAnyElementsOf(inputs);
    db.close();
    assertThat(memory.openMappings()).isZero();
  }

  /** A merge is given up since another work has failed; its output can't be deleted at once. */
  @Test
  void whatAMergeThatWasGivenUpCouldNotDeleteIsDeletedLater() {
    Runnable[] onGiveWay = {() -> {}};
    Scheduler scheduler =
        (Scheduler)
            Proxy.newProxyInstance(
                Scheduler.class.getClassLoader(),
                new Class<?>[] {Scheduler.class},
                (_, method, arguments) -> {
                  if (method.getName().equals("giveWay")) {
                    onGiveWay[0].run();
                  }
                  return method.invoke(inline, arguments);
                });
    Database db = open(scheduler, options(256 << 10, 1));
    fill(db, 2);
    List<String> inputs = new ArrayList<>();
    onGiveWay[0] =
        () -> {
          if (inputs.isEmpty()) {
            // The merge begins: what was in memory is in a table, too.
            inputs.addAll(tables());
          } else if (tables().size() > inputs.size()) {
            fail(OperationKind.FORCE);
            assertThatThrownBy(() -> db.put(new byte[] {1}, new byte[9], Durability.SYNC))
                .hasMessageContaining("injected");
            fail(OperationKind.DELETE);
            onGiveWay[0] = () -> {};
          }
        };
    assertThatThrownBy(db::compact).isInstanceOf(PoisonedException.class);
    assertThat(db.health()).isInstanceOf(Health.Poisoned.class);
    assertThat(tables()).as("with the output").hasSizeGreaterThan(inputs.size());
    assertThat(db.stats().garbage().failedDeletes()).isEqualTo(1);
    inline.advance(TimeUnit.SECONDS.toNanos(1));
    inline.runAll();
    assertThat(tables()).isEqualTo(inputs);
    memory.endProcess();
  }

  private Database open(Scheduler scheduler, DatabaseOptions options) {
    return Anvil.open(faulty, scheduler, new Random(1), options);
  }

  private static DatabaseOptions options(int memtableBytes, int threads) {
    return CrashRun.options(memtableBytes).toBuilder().backgroundThreads(threads).build();
  }

  /** Writes tables, with the same keys in each. */
  private void fill(Database db, int tables) {
    for (int table = 0; table < tables; table++) {
      for (int i = 0; i < 6_000; i++) {
        byte[] key = {(byte) (i >> 8), (byte) i};
        db.put(key, new byte[] {(byte) table}, Durability.OS);
      }
      inline.runAll();
    }
  }

  private List<String> tables() {
    return memory.list().stream().filter(name -> name.endsWith(".sst")).toList();
  }

  private void fail(OperationKind kind) {
    faulty.inject(new FaultPlan(EnumSet.of(kind), 0, new Fault.IoFailure(), false));
  }
}
