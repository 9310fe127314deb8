package org.anvildb.memtable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.anvildb.cursor.InternalCursor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Writers and cursors that go to the leaf where the writer stays find what a descent finds. */
final class NearLeafTest {
  private static final int STEPS = 6000;
  private static final int KEYS = 1 << 20;

  private final LogWriter writer = LogWriter.onHeap(1 << 20);
  private final TreeMap<String, Boolean> model = new TreeMap<>();

  private static String key(int number) {
    return "queue:%07d".formatted(number);
  }

  private void write(int number, boolean deletes) {
    byte[] key = key(number).getBytes();
    if (deletes) {
      writer.delete(0, key);
    } else {
      writer.put(0, key, new byte[8]);
    }
    model.put(key(number), deletes);
  }

  private void checkCeiling(int number) {
    byte[] target = key(number).getBytes();
    var expected = model.ceilingEntry(key(number));
    try (InternalCursor cursor = writer.memtable.cursor(0, writer.memtable.limit())) {
      assertThat(cursor.seekCeiling(target, target.length)).isEqualTo(expected != null);
      if (expected != null) {
        assertThat(new String(Arrays.copyOf(cursor.key(), cursor.keyLength())))
            .isEqualTo(expected.getKey());
        assertThat(cursor.tombstone()).isEqualTo(expected.getValue());
      }
    }
  }

  /** The writer works its way through a narrow window and leaves it now and then, or for long. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void ceilingsAreThoseOfASortedMap(long seed) {
    Random random = new Random(seed);
    int front = 0;
    int tail = KEYS / 2;
    int width = 1 + random.nextInt(200);
    for (int step = 0; step < STEPS; step++) {
      if (step % 1000 == 999) {
        front = random.nextInt(KEYS / 2);
        width = 1 + random.nextInt(200);
      }
      boolean wanders = step % 1500 > 1300 || random.nextInt(20) == 0;
      int number = wanders ? random.nextInt(KEYS) : front + random.nextInt(width);
      write(number, random.nextBoolean());
      write(tail++, false);
      writer.commit();
      checkCeiling(number);
      checkCeiling(number + 1);
      checkCeiling(front + random.nextInt(width));
      checkCeiling(random.nextInt(KEYS));
      if (random.nextInt(3) == 0) {
        front++;
      }
    }
  }
}
