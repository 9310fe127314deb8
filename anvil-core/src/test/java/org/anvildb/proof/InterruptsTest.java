package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.Health;
import org.anvildb.api.InterruptedOperationException;
import org.anvildb.api.LockedException;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.LocalStorage;
import org.assertj.core.api.Assertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that an interrupt, at any moment of any call, harms neither the database nor its lock: the
 * call succeeds, or throws {@link InterruptedOperationException} and changed nothing; the thread
 * stays marked; all others go on.
 *
 * <p>On the real file system, whose channels an interrupt closes. Interrupts come before a call, at
 * each operation of the storage on whichever thread does it, and from another thread at any moment.
 */
@Timeout(300)
final class InterruptsTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int CALLS = MINUTES > 0 ? 100_000 : 4_600;
  private static final int LEAST_LANDED = 150;
  private static final long MOST_NANOS = 200_000_000_000L;
  private static final int OPENINGS = 150;
  private static final int KEYS = 200;

  private final Random random = new Random(SEED);
  private final TreeMap<Integer, Integer> model = new TreeMap<>();
  private final AtomicLong interrupts = new AtomicLong();

  /** How long a call of each kind takes as a rule. */
  private final double[] usualNanos = new double[10];

  private long landed;
  private long refused;
  private long written;

  private static Database open(Path directory, boolean interruptsBackground, AtomicLong count) {
    var storage = new HookedStorage(LocalStorage.open(directory, true, false));
    if (interruptsBackground) {
      storage.hook(kind -> {
        count.incrementAndGet();
        Thread.currentThread().interrupt();
      });
    }
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(64)).frozenMemtables(2).build();
    return Anvil.open(storage, new ThreadScheduler("interrupts", 1), new Random(SEED), options);
  }

  @Test
  void anInterruptHarmsNobody(@TempDir(factory = MemoryDirectory.class) Path directory)
      throws Exception {
    try (Database db = open(directory, false, interrupts)) {
      // On one processor a call mostly ends before the interrupter gets it.
      long begin = System.nanoTime();
      for (int i = 0; i < CALLS || isPatient(begin) && landed < LEAST_LANDED; i++) {
        Call call = draw(db, i);
        switch (random.nextInt(3)) {
          case 0 -> onThisThread(call);
          case 1 -> onAnother(call, false);
          default -> onAnother(call, true);
        }
        if (i % 100 == 0) {
          checkUsable(db, directory);
        }
      }
      checkUsable(db, directory);
    }
    try (Database db = open(directory, false, interrupts)) {
      checkUsable(db, directory);
    }
    System.out.printf(
        "interrupts of calls: %,d, of which %,d from another thread, %,d calls refused,"
            + " 0 violations%n",
        interrupts.get(), landed, refused);
    ProofTable.record(ProofTable.Row.INTERRUPTS, "calls", interrupts.get());
    assertThat(interrupts.get()).isGreaterThanOrEqualTo(CALLS / 3);
    assertThat(landed).as("from another thread").isGreaterThanOrEqualTo(LEAST_LANDED);
  }

  @Test
  void anInterruptAtEachStorageOperationHarmsNeitherOpeningNorClosing(
      @TempDir(factory = MemoryDirectory.class) Path directory) {
    for (int round = 0; round < OPENINGS; round++) {
      Thread.currentThread().interrupt();
      Database db = open(directory, true, interrupts);
      assertThat(Thread.interrupted()).as("marked, -Dseed=%s", SEED).isTrue();
      for (int i = 0; i < 100; i++) {
        write(db, random.nextInt(KEYS), ++written, 1_000);
      }
      db.compact();
      checkUsable(db, directory);
      Thread.currentThread().interrupt();
      db.close();
      assertThat(Thread.interrupted()).as("marked, -Dseed=%s", SEED).isTrue();
    }
    System.out.printf(
        "interrupts of openings, closings and lanes: %,d in %,d openings, 0 violations%n",
        interrupts.get(), OPENINGS);
    ProofTable.record(ProofTable.Row.INTERRUPTS, "operations", interrupts.get());
    assertThat(interrupts.get()).isGreaterThanOrEqualTo(5_000);
  }

  private static boolean isPatient(long begin) {
    return System.nanoTime() - begin < MOST_NANOS;
  }

  /** A call that tells whether it changed the database, and what it did to the model. */
  private record Call(int kind, Runnable action, Runnable toModel) {}

  private Call draw(Database db, int i) {
    int key = random.nextInt(KEYS);
    byte[] name = name(key);
    byte[] value = value(++written, 1 + random.nextInt(3_000));
    int number = (int) written;
    int kind = i % 100 == 50 ? 9 : random.nextInt(7);
    return switch (kind) {
      case 0 ->
          new Call(kind, () -> db.put(name, value, Durability.SYNC), () -> model.put(key, number));
      case 1 -> new Call(kind, () -> db.delete(name), () -> model.remove(key));
      case 2 ->
          new Call(
              kind,
              () -> db.write(db.newBatch().put(name, value).delete(name(key + 1))),
              () -> {
                model.put(key, number);
                model.remove(key + 1);
              });
      case 3 -> {
        Integer expected = model.get(key);
        yield new Call(kind, () -> check(expected, db.get(name)), () -> {});
      }
      case 4 -> {
        int size = model.size();
        yield new Call(kind, () -> assertThat(count(db)).isEqualTo(size), () -> {});
      }
      case 9 -> new Call(kind, db::compact, () -> {});
      default -> new Call(kind, () -> db.put(name, value), () -> model.put(key, number));
    };
  }

  private void onThisThread(Call call) {
    interrupts.incrementAndGet();
    Thread.currentThread().interrupt();
    run(call);
    assertThat(Thread.interrupted()).as("marked, -Dseed=%s", SEED).isTrue();
  }

  /** Cancels a call on its way, or before, or after it; its thread stays as it should be. */
  private void onAnother(Call call, boolean isVirtual) throws InterruptedException {
    Throwable[] failure = new Throwable[1];
    // In proportion to the call, so that most interrupts come while it is under way.
    long nanos = (long) (random.nextDouble() * usualNanos[call.kind()]);
    AtomicLong begun = new AtomicLong();
    FutureTask<@Nullable Void> task =
        new FutureTask<>(
            () -> {
              begun.set(1);
              try {
                run(call);
              } catch (Throwable t) {
                failure[0] = t;
              }
            },
            null);
    Thread thread = isVirtual ? Thread.startVirtualThread(task) : Thread.ofPlatform().start(task);
    while (begun.get() == 0) {
      Thread.onSpinWait();
    }
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < nanos) {
      Thread.onSpinWait();
    }
    if (task.cancel(true)) {
      interrupts.incrementAndGet();
      landed++;
    }
    thread.join();
    if (failure[0] != null) {
      throw new AssertionError("-Dseed=" + SEED, failure[0]);
    }
  }

  private void run(Call call) {
    long begin = System.nanoTime();
    try {
      call.action().run();
    } catch (InterruptedOperationException e) {
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
      refused++;
      return;
    }
    usualNanos[call.kind()] += (System.nanoTime() - begin - usualNanos[call.kind()]) / 8;
    call.toModel().run();
  }

  private void write(Database db, int key, long number, int bytes) {
    db.put(name(key), value(number, bytes));
    model.put(key, (int) number);
  }

  private void checkUsable(Database db, Path directory) {
    assertThat(db.health()).isInstanceOf(Health.Healthy.class);
    write(db, random.nextInt(KEYS), ++written, 100);
    model.forEach((key, number) -> check(number, db.get(name(key))));
    assertThat(count(db)).isEqualTo(model.size());
    Assertions.assertThatThrownBy(() -> Anvil.open(directory)).isInstanceOf(LockedException.class);
  }

  private static int count(Database db) {
    int count = 0;
    try (Cursor cursor = db.cursor()) {
      while (cursor.next()) {
        count++;
      }
    }
    return count;
  }

  private static void check(@Nullable Integer expected, byte @Nullable [] found) {
    Integer number = found == null ? null : ByteBuffer.wrap(found).getInt();
    assertThat(number).as("-Dseed=%s", SEED).isEqualTo(expected);
  }

  private static byte[] name(int key) {
    return ByteBuffer.allocate(4).putInt(key).array();
  }

  private static byte[] value(long number, int bytes) {
    byte[] value = Arrays.copyOf(new byte[0], 4 + bytes);
    ByteBuffer.wrap(value).putInt((int) number);
    return value;
  }
}
