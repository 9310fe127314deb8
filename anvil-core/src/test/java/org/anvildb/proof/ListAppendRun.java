package org.anvildb.proof;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.KeyRange;
import org.anvildb.api.Keyspace;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;

/**
 * A stretch of a history of {@link ListTransaction}s against a database: lists that nobody used
 * before, in two keyspaces. Thread-safe, but for what belongs to one thread, as its {@code Random}.
 *
 * <p>The API promises atomic batches, compare-and-set, and views of one moment; it has no
 * transactions. So the lists of a batch are read and appended to under a lock of the test's for
 * each of them; the last ones are appended to without any, by compare-and-set. All of it must then
 * be strictly serializable.
 */
final class ListAppendRun {
  private static final int LISTS = 6;
  private static final int IN_FIRST = 3;

  /** From this one on, by compare-and-set. */
  private static final int FIRST_EXCHANGED = 5;

  private static final int MAX_PAD_BYTES = 100;

  private final Database db;
  private final Keyspace other;
  private final int stretch;
  private final AtomicLong clock;
  private final AtomicInteger numbers;
  private final List<ReentrantLock> locks = new ArrayList<>();

  ListAppendRun(Database db, int stretch, AtomicLong clock, AtomicInteger numbers) {
    this.db = db;
    this.other = db.keyspace("other");
    this.stretch = stretch;
    this.clock = clock;
    this.numbers = numbers;
    for (int i = 0; i < LISTS; i++) {
      locks.add(new ReentrantLock());
    }
  }

  /** Appends to one list, or to some. */
  ListTransaction append(Random random) {
    if (random.nextInt(4) == 0) {
      return exchange(FIRST_EXCHANGED + random.nextInt(LISTS - FIRST_EXCHANGED));
    }
    TreeSet<Integer> lists = new TreeSet<>();
    int count = 1 + random.nextInt(3);
    while (lists.size() < count) {
      lists.add(random.nextInt(FIRST_EXCHANGED));
    }
    lists.forEach(list -> locks.get(list).lock());
    try {
      return batch(lists, random);
    } finally {
      lists.forEach(list -> locks.get(list).unlock());
    }
  }

  /** One in twenty gives up; one append in four is two, of which nobody may see the first alone. */
  private ListTransaction batch(TreeSet<Integer> lists, Random random) {
    long invoked = clock.incrementAndGet();
    Map<Integer, int[]> reads = new HashMap<>();
    Map<Integer, int[]> appends = new HashMap<>();
    WriteBatch batch = db.newBatch();
    for (int list : lists) {
      int[] now = list(home(list).get(key(list)));
      reads.put(list, now);
      int[] added = new int[random.nextInt(4) == 0 ? 2 : 1];
      for (int i = 0; i < added.length; i++) {
        added[i] = numbers.incrementAndGet();
        now = with(now, added[i]);
        batch.put(home(list), key(list), value(now));
      }
      appends.put(list, added);
    }
    boolean givesUp = random.nextInt(20) == 0;
    if (!givesUp) {
      switch (random.nextInt(8)) {
        case 0 -> db.write(batch, Durability.SYNC);
        case 1 -> db.writeAsync(batch);
        default -> db.write(batch);
      }
    }
    return new ListTransaction(invoked, clock.incrementAndGet(), givesUp, reads, appends);
  }

  /** Tries until nobody was faster; what was read is what the exchange expected. */
  private ListTransaction exchange(int list) {
    int number = numbers.incrementAndGet();
    while (true) {
      long invoked = clock.incrementAndGet();
      byte[] before = home(list).get(key(list));
      int[] now = list(before);
      byte[] next = value(with(now, number));
      boolean done =
          before == null
              ? home(list).putIfAbsent(key(list), next)
              : home(list).replace(key(list), before, next);
      if (done) {
        return new ListTransaction(
            invoked,
            clock.incrementAndGet(),
            false,
            Map.of(list, now),
            Map.of(list, new int[] {number}));
      }
    }
  }

  /** Reads one list, or all of a keyspace by a cursor, or all of a snapshot. */
  ListTransaction read(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> readOne(random.nextInt(LISTS));
      case 1 -> readByCursor(random.nextBoolean());
      default -> readAll(random.nextBoolean());
    };
  }

  private ListTransaction readOne(int list) {
    long invoked = clock.incrementAndGet();
    int[] seen = list(home(list).get(key(list)));
    return reading(invoked, clock.incrementAndGet(), Map.of(list, seen));
  }

  private ListTransaction readByCursor(boolean ofOther) {
    Map<Integer, int[]> reads = new HashMap<>();
    long invoked = clock.incrementAndGet();
    Cursor cursor = (ofOther ? other : db).cursor(range());
    long returned = clock.incrementAndGet();
    walk(cursor, ofOther, reads);
    return reading(invoked, returned, reads);
  }

  /** Reads all lists of one moment. */
  ListTransaction readAll(boolean byCursor) {
    Map<Integer, int[]> reads = new HashMap<>();
    long invoked = clock.incrementAndGet();
    try (Snapshot snapshot = db.snapshot()) {
      long returned = clock.incrementAndGet();
      Readable second = snapshot.in(other);
      if (byCursor) {
        walk(snapshot.cursor(range()), false, reads);
        walk(second.cursor(range()), true, reads);
      } else {
        for (int list = 0; list < LISTS; list++) {
          reads.put(list, list((list < IN_FIRST ? snapshot : second).get(key(list))));
        }
      }
      return reading(invoked, returned, reads);
    }
  }

  private static ListTransaction reading(long invoked, long returned, Map<Integer, int[]> reads) {
    return new ListTransaction(invoked, returned, false, reads, Map.of());
  }

  private void walk(Cursor opened, boolean ofOther, Map<Integer, int[]> reads) {
    for (int list = ofOther ? IN_FIRST : 0; list < (ofOther ? LISTS : IN_FIRST); list++) {
      reads.put(list, new int[0]);
    }
    try (Cursor cursor = opened) {
      while (cursor.next()) {
        reads.put((int) cursor.key()[Integer.BYTES], list(cursor.value()));
      }
    }
  }

  private Keyspace home(int list) {
    return list < IN_FIRST ? db : other;
  }

  private KeyRange range() {
    return KeyRange.prefix(ByteBuffer.allocate(Integer.BYTES).putInt(stretch).array());
  }

  private byte[] key(int list) {
    return ByteBuffer.allocate(Integer.BYTES + 1).putInt(stretch).put((byte) list).array();
  }

  private static int[] with(int[] list, int number) {
    int[] longer = Arrays.copyOf(list, list.length + 1);
    longer[list.length] = number;
    return longer;
  }

  /** A list's length, its numbers, and a filling. */
  private static byte[] value(int[] list) {
    int bytes = Integer.BYTES * (1 + list.length);
    ByteBuffer buffer = ByteBuffer.allocate(bytes + list.length * 7 % MAX_PAD_BYTES);
    buffer.putInt(list.length);
    buffer.asIntBuffer().put(list);
    return buffer.array();
  }

  private static int[] list(byte[] value) {
    if (value == null) {
      return new int[0];
    }
    ByteBuffer buffer = ByteBuffer.wrap(value);
    int[] list = new int[buffer.getInt()];
    buffer.asIntBuffer().get(list);
    return list;
  }
}
