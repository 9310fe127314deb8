package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.ForwardingScheduler;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Holds that {@code close()} ends in bounded time with an exception where the disk does not answer,
 * and that the directory is free then. Waits of a minute are over at once here.
 */
@Timeout(60)
final class CloseBoundTest {
  private final MemoryStorage storage = new MemoryStorage();
  private final HookedStorage hooked = new HookedStorage(storage);
  private final CountDownLatch answer = new CountDownLatch(1);
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final MisuseLanes lanes = new MisuseLanes(new ThreadScheduler("bound", 1));

  private Database open() {
    var options = DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(64)).build();
    return Anvil.open(hooked, new Impatient(lanes), new Random(1), options);
  }

  private void checkReopening() throws InterruptedException {
    hooked.hook(kind -> {});
    answer.countDown();
    // For what has begun: the closing does not wait, with a scheduler that is impatient.
    lanes.awaitQueued(Lane.FLUSH);
    lanes.awaitQueued(Lane.CHORE);
    try (Database again =
        Anvil.open(
            storage, new ThreadScheduler("again", 1), new Random(1), DatabaseOptions.defaults())) {
      assertThat(again.get(new byte[1])).hasSize(7);
    }
  }

  private void silence(OperationKind kind) {
    if (kind == OperationKind.FORCE) {
      stuck.countDown();
      try {
        answer.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void aSyncThatTheDiskDoesNotAnswerEndsTheClosingWithAnException() throws InterruptedException {
    Database db = open();
    hooked.hook(this::silence);
    Thread writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                db.put(new byte[1], new byte[7], Durability.SYNC);
              } catch (AnvilException e) {
                // The closing may tell it; what it wrote is checked at the end.
                stuck.countDown();
              }
            });
    stuck.await();
    assertThatThrownBy(db::close).isInstanceOf(StorageException.class).hasMessageContaining("60 s");
    checkReopening();
    writer.join();
  }

  @Test
  void aSyncThatWaitsForTheFlushOfWhatWasReplayedDoesNotHoldTheClosingUp()
      throws InterruptedException {
    Database first =
        Anvil.open(
            storage, new ThreadScheduler("first", 1), new Random(1), DatabaseOptions.defaults());
    first.put(new byte[1], new byte[7]);
    MemoryStorage copy = storage.crashedCopy(new CrashPlan(CrashMode.EVERYTHING, 1));
    first.close();
    MisuseLanes slow = new MisuseLanes(new ThreadScheduler("slow", 1));
    slow.hold(Lane.FLUSH);
    Database db = Anvil.open(copy, new Impatient(slow), new Random(1), DatabaseOptions.defaults());
    db.put(new byte[2], new byte[7]);
    assertThatThrownBy(db::close).isInstanceOf(StorageException.class).hasMessageContaining("60 s");
    slow.awaitQueued(Lane.CHORE);
    try (Database again =
        Anvil.open(
            copy, new ThreadScheduler("again", 1), new Random(1), DatabaseOptions.defaults())) {
      assertThat(again.get(new byte[1])).hasSize(7);
      assertThat(again.get(new byte[2])).hasSize(7);
    }
  }

  /** A scheduler whose long waits are over at once, and that waits for nobody at its end. */
  private static final class Impatient extends ForwardingScheduler {
    private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(30);

    Impatient(Scheduler delegate) {
      super(delegate);
    }

    @Override
    protected boolean await(Gate gate, BooleanSupplier condition, long timeoutNanos)
        throws InterruptedException {
      return super.await(gate, condition, timeoutNanos > LONG_NANOS ? 1 : timeoutNanos);
    }

    @Override
    public void close() {}
  }
}
