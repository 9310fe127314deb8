package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.ReentrantLock;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;
import org.anvildb.schedule.ThreadScheduler;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;

/**
 * Holds that a snapshot or a cursor sees whole batches of one moment and never another, while real
 * threads write and tiny memtables are flushed and merged.
 *
 * <p>Each writer writes ascending numbers to several keys, spread over the key space, in one batch:
 * a view with two different numbers saw half a batch. The views of all readers, ordered by their
 * sequence numbers, must ascend in the numbers of every writer: else two readers saw two batches in
 * different orders (a long fork), or a view lacked an older batch (a lost update). No view lacks
 * what was acknowledged before it was opened (a stale read), and at the end all is there. Beside
 * them money is moved between accounts: its sum is the same in each view.
 */
final class IsolationTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int WRITERS = 3;
  private static final int READERS = 2;
  private static final long BATCHES = MINUTES > 0 ? 20_000_000 : 200_000;
  private static final int KEYS_EACH = 5;
  private static final int ACCOUNTS = 20;
  private static final long MONEY = 1_000;
  private static final int PAD_BYTES = 40;
  private static final byte ACCOUNT = 100;

  /** What one snapshot showed: the number of each writer. */
  private record Seen(long sequence, long[] numbers) {}

  private final AtomicLong written = new AtomicLong();
  private final AtomicLong views = new AtomicLong();
  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final ReentrantLock bank = new ReentrantLock();

  /** The number of each writer's last batch that was acknowledged. */
  private final AtomicLongArray acked = new AtomicLongArray(WRITERS);

  /** What each account must have; guarded by the bank. */
  private final long[] balances = new long[ACCOUNTS];

  @Test
  void eachViewIsOfOneMoment() throws InterruptedException {
    var options =
        DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(128)).frozenMemtables(2).build();
    var scheduler = new ThreadScheduler("isolation", 1);
    try (Database db = Anvil.open(new MemoryStorage(), scheduler, new Random(SEED), options)) {
      begin(db);
      List<Thread> threads = new ArrayList<>();
      for (int w = 0; w < WRITERS; w++) {
        int writer = w;
        threads.add(start(() -> write(db, writer)));
      }
      for (int r = 0; r < READERS; r++) {
        threads.add(start(() -> read(db)));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(failures).as("-Dseed=%s", SEED).isEmpty();
      checkOrder();
      checkFinal(db);
      var background = db.stats().background();
      System.out.printf(
          "isolation: %,d batches, %,d views, %,d flushes, %,d merges, 0 anomalies%n",
          written.get(), views.get(), background.flushes(), background.compactions());
      ProofTable.record(ProofTable.Row.ISOLATION, written.get());
      assertThat(written.get()).isGreaterThanOrEqualTo(BATCHES);
      assertThat(views.get()).isGreaterThan(BATCHES / 1_000);
      assertThat(background.flushes()).isGreaterThan(10);
      assertThat(background.compactions()).isPositive();
    }
  }

  private void begin(Database db) {
    WriteBatch batch = db.newBatch();
    for (int account = 0; account < ACCOUNTS; account++) {
      batch.put(account(account), number(MONEY));
      balances[account] = MONEY;
    }
    for (int writer = 0; writer < WRITERS; writer++) {
      for (int k = 0; k < KEYS_EACH; k++) {
        batch.put(key(writer, k), number(0));
      }
    }
    db.write(batch);
  }

  private Thread start(Runnable body) {
    return Thread.ofPlatform()
        .start(() -> {
          try {
            body.run();
          } catch (Throwable t) {
            failures.add(t);
          }
        });
  }

  private boolean goesOn() {
    return written.get() < BATCHES && failures.isEmpty();
  }

  private void write(Database db, int writer) {
    Random random = new Random(SEED + writer);
    WriteBatch batch = db.newBatch();
    for (long i = 1; goesOn(); i++) {
      for (int k = 0; k < KEYS_EACH; k++) {
        batch.put(key(writer, k), number(i));
      }
      db.write(batch);
      acked.set(writer, i);
      batch.clear();
      if (i % 4 == 0) {
        move(db, batch, random);
      }
      written.addAndGet(i % 4 == 0 ? 2 : 1);
    }
  }

  private void move(Database db, WriteBatch batch, Random random) {
    int from = random.nextInt(ACCOUNTS);
    int to = (from + 1 + random.nextInt(ACCOUNTS - 1)) % ACCOUNTS;
    bank.lock();
    try {
      long amount = random.nextInt(10);
      batch.put(account(from), number(get(db, account(from)) - amount));
      batch.put(account(to), number(get(db, account(to)) + amount));
      db.write(batch);
      balances[from] -= amount;
      balances[to] += amount;
    } finally {
      bank.unlock();
    }
    batch.clear();
  }

  private void read(Database db) {
    while (goesOn()) {
      long[] least = acknowledged();
      try (Snapshot snapshot = db.snapshot()) {
        long[] first = byCursor(snapshot);
        checkNotStale(first, least);
        Thread.yield();
        assertThat(byGet(snapshot)).as("a snapshot read twice").isEqualTo(first);
        assertThat(byCursor(snapshot)).as("a snapshot read again").isEqualTo(first);
        seen.add(new Seen(snapshot.sequence(), first));
      }
      least = acknowledged();
      checkNotStale(byCursor(db), least);
      views.addAndGet(2);
    }
  }

  private long[] acknowledged() {
    long[] numbers = new long[WRITERS];
    Arrays.setAll(numbers, acked::get);
    return numbers;
  }

  private static void checkNotStale(long[] numbers, long[] least) {
    for (int writer = 0; writer < WRITERS; writer++) {
      assertThat(numbers[writer])
          .as("acknowledged before the view was opened")
          .isGreaterThanOrEqualTo(least[writer]);
    }
  }

  /** Holds that nothing is left but the last batch of each writer, and the money where it went. */
  private void checkFinal(Database db) {
    assertThat(byCursor(db)).as("the end, -Dseed=%s", SEED).isEqualTo(acknowledged());
    assertThat(byGet(db)).as("the end, -Dseed=%s", SEED).isEqualTo(acknowledged());
    for (int account = 0; account < ACCOUNTS; account++) {
      assertThat(get(db, account(account))).as("account %s", account).isEqualTo(balances[account]);
    }
  }

  /** Returns the number of each writer, and checks that all of the view fits together. */
  private static long[] byCursor(Readable view) {
    long[] numbers = new long[WRITERS];
    Arrays.fill(numbers, -1);
    long sum = 0;
    int count = 0;
    try (Cursor cursor = view.cursor(KeyRange.all())) {
      while (cursor.next()) {
        byte[] key = cursor.key();
        long number = ByteBuffer.wrap(cursor.value()).getLong();
        count++;
        if (key[0] == ACCOUNT) {
          sum += number;
        } else if (numbers[key[1]] < 0) {
          numbers[key[1]] = number;
        } else {
          assertThat(number).as("half a batch").isEqualTo(numbers[key[1]]);
        }
      }
    }
    assertThat(sum).as("the sum of the money").isEqualTo(ACCOUNTS * MONEY);
    assertThat(count).as("keys").isEqualTo(ACCOUNTS + WRITERS * KEYS_EACH);
    return numbers;
  }

  private static long[] byGet(Readable view) {
    long[] numbers = new long[WRITERS];
    long sum = 0;
    for (int writer = 0; writer < WRITERS; writer++) {
      numbers[writer] = get(view, key(writer, 0));
      for (int k = 1; k < KEYS_EACH; k++) {
        assertThat(get(view, key(writer, k))).as("half a batch").isEqualTo(numbers[writer]);
      }
    }
    for (int account = 0; account < ACCOUNTS; account++) {
      sum += get(view, account(account));
    }
    assertThat(sum).as("the sum of the money").isEqualTo(ACCOUNTS * MONEY);
    return numbers;
  }

  private void checkOrder() {
    List<Seen> ordered = new ArrayList<>(seen);
    ordered.sort(Comparator.comparingLong(Seen::sequence));
    for (int i = 1; i < ordered.size(); i++) {
      Seen before = ordered.get(i - 1);
      Seen after = ordered.get(i);
      for (int writer = 0; writer < WRITERS; writer++) {
        long least = before.numbers()[writer];
        assertThat(after.numbers()[writer])
            .as("order, -Dseed=%s", SEED)
            .isGreaterThanOrEqualTo(least);
        if (before.sequence() == after.sequence()) {
          assertThat(after.numbers()[writer]).as("equal sequences").isEqualTo(least);
        }
      }
    }
  }

  private static long get(Readable view, byte[] key) {
    byte[] value = view.get(key);
    assertThat(value).isNotNull();
    return ByteBuffer.wrap(value).getLong();
  }

  /** Spread over the key space, so that a batch touches several leaves, blocks and tables. */
  private static byte[] key(int writer, int k) {
    return new byte[] {(byte) (k * 40), (byte) writer, (byte) k};
  }

  private static byte[] account(int account) {
    return new byte[] {ACCOUNT, (byte) account};
  }

  private static byte[] number(long number) {
    return ByteBuffer.allocate(Long.BYTES + PAD_BYTES).putLong(number).array();
  }
}
