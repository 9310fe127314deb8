package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Snapshot;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;

/**
 * Holds that a read through a snapshot gives what was there at its moment, or {@link
 * ClosedException}, also while another thread closes the snapshot and what it saw is dropped.
 *
 * <p>The key is as long as keys may be: to hash it takes a read long enough to be overtaken.
 */
final class SnapshotCloseTest {
  private static final int ROUNDS = 150;
  private static final int READERS = 6;
  private static final long LONGEST_WAIT_NANOS = 1_000_000_000;
  private static final byte[] KEY = new byte[65_535];

  /** A snapshot, what it shows, and where readers wait for the next one. */
  private record Opened(Snapshot snapshot, int expected, CountDownLatch next) {}

  private final AtomicReference<Opened> opened = new AtomicReference<>();
  private final AtomicBoolean isDone = new AtomicBoolean();
  private final AtomicLong reads = new AtomicLong();
  private final AtomicLong refused = new AtomicLong();
  private final AtomicLong wrong = new AtomicLong();

  /** Whether there are readers; the main thread's own. */
  private boolean isRead;

  @Test
  void aSnapshotThatIsClosedMeanwhileNeverShowsNewerData() throws InterruptedException {
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(256)).frozenMemtables(2).build();
    try (Database db =
        Anvil.open(
            new MemoryStorage(), new ThreadScheduler("closing", 1), new Random(1), options)) {
      List<Thread> readers = new ArrayList<>();
      play(db, 0);
      for (int r = 0; r < READERS; r++) {
        int kind = r;
        readers.add(Thread.ofPlatform().start(() -> read(kind % 4)));
      }
      isRead = true;
      for (int round = 1; round <= ROUNDS; round++) {
        play(db, 10 * round);
      }
      isDone.set(true);
      opened.get().next().countDown();
      for (Thread reader : readers) {
        reader.join();
      }
    }
    System.out.printf(
        "snapshots closed under readers: %,d rounds, %,d reads, %,d refused, %,d wrong%n",
        ROUNDS, reads.get(), refused.get(), wrong.get());
    assertThat(wrong).hasValue(0);
    assertThat(reads.get()).isGreaterThanOrEqualTo(ROUNDS / 2);
    assertThat(refused.get()).isPositive();
  }

  private void play(Database db, int number) {
    db.put(KEY, value(number));
    Snapshot snapshot = db.snapshot();
    Opened before = opened.getAndSet(new Opened(snapshot, number, new CountDownLatch(1)));
    if (before != null) {
      before.next().countDown();
    }
    db.put(KEY, value(number + 1));
    if (number % 20 == 0) {
      awaitRead();
    }
    snapshot.close();
    db.compact();
  }

  /**
   * Waits for a while until a reader got an answer: without a processor for them, all would come
   * too late.
   */
  private void awaitRead() {
    long before = reads.get();
    long begin = System.nanoTime();
    while (isRead && reads.get() == before && System.nanoTime() - begin < LONGEST_WAIT_NANOS) {
      Thread.onSpinWait();
    }
  }

  private void read(int kind) {
    while (!isDone.get()) {
      Opened now = opened.get();
      try {
        if (found(now.snapshot(), kind) != now.expected()) {
          wrong.incrementAndGet();
        }
        reads.incrementAndGet();
      } catch (ClosedException e) {
        refused.incrementAndGet();
        awaitNext(now);
      }
    }
  }

  private static void awaitNext(Opened opened) {
    try {
      opened.next().await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int found(Snapshot snapshot, int kind) {
    switch (kind) {
      case 0 -> {
        byte[] value = snapshot.get(KEY);
        return value == null ? -1 : ByteBuffer.wrap(value).getInt();
      }
      case 1 -> {
        byte[] target = new byte[4];
        return snapshot.get(KEY, target, 0) == 4 ? ByteBuffer.wrap(target).getInt() : -1;
      }
      case 2 -> {
        Integer value = snapshot.read(KEY, found -> found.asByteBuffer().getInt());
        return value == null ? -1 : value;
      }
      default -> {
        try (Cursor cursor = snapshot.cursor(KeyRange.all())) {
          return cursor.next() ? ByteBuffer.wrap(cursor.value()).getInt() : -1;
        }
      }
    }
  }

  private static byte[] value(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }
}
