package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Health;
import org.anvildb.api.WriteBatch;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Holds that a batch which another thread changes during its write is refused or written whole:
 * what readers see is what the log holds.
 */
@Timeout(60)
final class BatchOwnershipTest {
  private static final int ROUNDS = 3_000;

  private final MemoryStorage storage = new MemoryStorage();

  private Database open(String name) {
    var options = DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(64)).build();
    return Anvil.open(storage, lanes(name), new Random(1), options);
  }

  private MisuseLanes lanes(String name) {
    return new MisuseLanes(new ThreadScheduler(name, 1));
  }

  @Test
  void aBatchThatWaitsForRoomCantBeChanged() throws InterruptedException {
    MisuseLanes lanes = lanes("waiting");
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(64)).frozenMemtables(1).build();
    try (Database db = Anvil.open(storage, lanes, new Random(1), options)) {
      lanes.hold(Lane.FLUSH);
      WriteBatch batch = db.newBatch().put(new byte[1], new byte[20_000]);
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 200; i++) {
                  db.write(batch);
                }
              });
      // Not for a moment, for the want of a log segment, but for the memtable that is not flushed.
      while (writer.isAlive()
          && (db.stats().writes().stalls() == 0
              || db.stats().memory().frozen() == 0
              || !isWaiting(writer, lanes))) {
        Thread.onSpinWait();
      }
      assertThatThrownBy(() -> batch.put(new byte[2], new byte[2]))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another thread");
      assertThatThrownBy(() -> batch.delete(new byte[2])).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(batch::clear).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> db.write(batch)).isInstanceOf(IllegalStateException.class);
      lanes.release(Lane.FLUSH);
      writer.join();
      batch.clear();
      db.write(batch.put(new byte[2], new byte[2]));
      assertThat(db.get(new byte[2])).hasSize(2);
    }
  }

  /** Tells whether a thread waits, also after all that is done to prepare the log. */
  private static boolean isWaiting(Thread writer, MisuseLanes lanes) {
    lanes.awaitQueued(Lane.CHORE);
    return writer.getState() == Thread.State.TIMED_WAITING;
  }

  @Test
  void readersSeeWhatTheLogHoldsWhenBatchesAreChangedDuringTheirWrites()
      throws InterruptedException {
    byte[] large = new byte[2_000];
    long refused = 0;
    Database db = open("changed");
    WriteBatch batch = db.newBatch();
    AtomicBoolean isDone = new AtomicBoolean();
    CountDownLatch begun = new CountDownLatch(1);
    Thread meddler = Thread.ofPlatform().start(() -> meddle(batch, isDone, begun));
    begun.await();
    for (int i = 0; i < ROUNDS; i++) {
      try {
        batch.put(new byte[] {1, (byte) i}, large);
        db.write(batch);
        batch.clear();
      } catch (IllegalStateException e) {
        refused++;
      }
    }
    isDone.set(true);
    meddler.join();
    assertThat(db.health()).isInstanceOf(Health.Healthy.class);
    MemoryStorage copy = storage.crashedCopy(new CrashPlan(CrashMode.EVERYTHING, 1));
    try (Database after =
            Anvil.open(
                copy, new ThreadScheduler("copy", 1), new Random(1), DatabaseOptions.defaults());
        Cursor expected = db.cursor();
        Cursor found = after.cursor()) {
      while (expected.next()) {
        assertThat(found.next()).isTrue();
        assertThat(found.key()).isEqualTo(expected.key());
        assertThat(found.value()).isEqualTo(expected.value());
      }
      assertThat(found.next()).isFalse();
    }
    db.close();
    System.out.printf(
        "batches changed by another thread: %,d rounds, %,d refused%n", ROUNDS, refused);
  }

  private static void meddle(WriteBatch batch, AtomicBoolean isDone, CountDownLatch begun) {
    byte[] value = new byte[300];
    for (int i = 0; !isDone.get(); i++) {
      begun.countDown();
      try {
        value[0] = (byte) i;
        batch.put(new byte[] {2, (byte) i}, value);
        if (i % 7 == 0) {
          batch.clear();
        }
      } catch (IllegalStateException e) {
        Thread.onSpinWait();
      }
    }
  }
}
