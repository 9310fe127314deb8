package org.anvildb.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.cursor.InternalCursor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many keys in one order or another: they come out sorted, and the index stays small. */
final class MemtableOrderTest {
  private static final int KEYS = 100_000;
  private static final byte[] VALUE = new byte[20];

  /** Which number comes when. */
  enum Order {
    ASCENDING(i -> i, 27),
    DESCENDING(i -> KEYS - 1 - i, 27),
    INTERLEAVED_RUNS(i -> i % 10 * (KEYS / 10) + i / 10, 30),
    RANDOM(null, 36);

    private final int[] numbers;
    private final int maxBytesPerKey;

    Order(@Nullable IntUnaryOperator number, int maxBytesPerKey) {
      this.numbers = new int[KEYS];
      Arrays.setAll(numbers, number == null ? i -> i : number);
      if (number == null) {
        shuffle(numbers);
      }
      this.maxBytesPerKey = maxBytesPerKey;
    }

    private static void shuffle(int[] numbers) {
      Random random = new Random(1);
      for (int i = numbers.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int number = numbers[i];
        numbers[i] = numbers[j];
        numbers[j] = number;
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void keysInAnyOrderComeOutSorted(Order order) {
    try (Arena arena = Arena.ofConfined()) {
      LogWriter writer = new LogWriter(arena.allocate(KEYS * 56L));
      for (int number : order.numbers) {
        writer.put(0, key(number), VALUE);
        writer.commit();
      }
      assertThat(writer.memtable.entries()).isEqualTo(KEYS);
      assertThat(writer.memtable.indexBytes() / KEYS).isBetween(20L, (long) order.maxBytesPerKey);
      try (InternalCursor cursor = writer.memtable.cursor(0, writer.memtable.limit())) {
        int expected = 0;
        for (boolean on = cursor.seekFirst(); on; on = cursor.next()) {
          byte[] key = Arrays.copyOf(cursor.key(), cursor.keyLength());
          assertThat(Arrays.equals(key, key(expected++))).isTrue();
        }
        assertThat(expected).isEqualTo(KEYS);
      }
      FoundEntry found = new FoundEntry();
      for (int i = 0; i < KEYS; i += 7) {
        assertThat(writer.find(0, key(i), writer.memtable.limit(), found)).isTrue();
        assertThat(writer.find(0, key(i + KEYS), writer.memtable.limit(), found)).isFalse();
      }
    }
  }

  private static byte[] key(int number) {
    byte[] key = "0000000000000000".getBytes(StandardCharsets.US_ASCII);
    int rest = number;
    for (int i = key.length - 1; rest > 0; i--) {
      key[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return key;
  }

  @Test
  void theLongestKeysAndTheEmptyKeyAreKept() {
    LogWriter writer = LogWriter.onHeap(16 << 20);
    byte[][] keys = new byte[200][];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = new byte[i == 0 ? 0 : 65_535 - i % 3];
      Arrays.fill(keys[i], (byte) 'x');
      if (i > 0) {
        keys[i][keys[i].length - 1] = (byte) i;
      }
    }
    for (byte[] key : keys) {
      writer.put(0, key, VALUE);
    }
    long limit = writer.commit();
    byte[][] sorted = keys.clone();
    Arrays.sort(sorted, Arrays::compareUnsigned);
    try (InternalCursor cursor = writer.memtable.cursor(0, limit)) {
      boolean on = cursor.seekFirst();
      for (byte[] key : sorted) {
        assertThat(on).isTrue();
        assertThat(Arrays.equals(key, Arrays.copyOf(cursor.key(), cursor.keyLength()))).isTrue();
        assertThat(writer.find(0, key, limit, new FoundEntry())).isTrue();
        on = cursor.next();
      }
      assertThat(on).isFalse();
    }
  }

  @Test
  void anUnpublishedBatchIsInvisible() {
    LogWriter writer = LogWriter.onHeap(1 << 16);
    writer.put(3, key(1), VALUE);
    long before = writer.commit();
    writer.put(3, key(1), new byte[1]);
    writer.put(3, key(2), VALUE);
    long end = writer.end();
    writer.memtable.insert(before, end);

    FoundEntry found = new FoundEntry();
    assertThat(writer.memtable.limit()).isEqualTo(before);
    assertThat(writer.find(3, key(1), before, found)).isTrue();
    assertThat(found.valueLength()).isEqualTo(VALUE.length);
    assertThat(writer.find(3, key(2), before, found)).isFalse();
    try (InternalCursor cursor = writer.memtable.versions(3, p -> p)) {
      assertThat(cursor.seekFirst()).isTrue();
      assertThat(cursor.valueLength()).isEqualTo(VALUE.length);
      assertThat(cursor.next()).isFalse();
    }
    writer.memtable.publish(end);
    assertThat(writer.find(3, key(2), writer.memtable.limit(), found)).isTrue();
  }

  @Test
  void keyspacesAreListedAndCounted() {
    LogWriter writer = LogWriter.onHeap(1 << 16);
    assertThat(writer.memtable.keyspaces()).isEmpty();
    for (int keyspace : new int[] {5, 0, 9, 5}) {
      writer.put(keyspace, key(1), VALUE);
      writer.commit();
    }
    writer.delete(9, key(2));
    writer.commit();
    assertThat(writer.memtable.keyspaces()).containsExactly(0, 5, 9);
    assertThat(writer.memtable.holds(5)).isTrue();
    assertThat(writer.memtable.holds(1)).isFalse();
    assertThat(writer.memtable.entries(5)).isEqualTo(2);
    assertThat(writer.memtable.entries(1)).isZero();
    assertThat(writer.memtable.entries()).isEqualTo(5);
    assertThat(writer.memtable.tombstones()).isEqualTo(1);
    try (InternalCursor cursor = writer.memtable.cursor(1, writer.memtable.limit())) {
      assertThat(cursor.seekFirst() || cursor.seekLast()).isFalse();
      assertThat(cursor.seekLower(key(1), 16) || cursor.seekCeiling(key(1), 16)).isFalse();
    }
  }
}
