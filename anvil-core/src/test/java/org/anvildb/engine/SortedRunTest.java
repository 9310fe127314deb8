package org.anvildb.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.TreeSet;
import org.anvildb.table.Table;
import org.junit.jupiter.api.Test;

/** Tests {@link SortedRun}. */
final class SortedRunTest {
  @Test
  void theTableThatIsFoundIsTheFirstWhoseLargestKeyIsNotLess() {
    for (int seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      byte[] prefix = bytes(random, random.nextInt(20), 256);
      int values = 1 + random.nextInt(256);
      byte[][] largest = largest(random, prefix, values);
      SortedRun level = new SortedRun(largest, new Table[largest.length], true);
      for (int i = 0; i < 100; i++) {
        byte[] key = probe(random, prefix, values, largest);
        assertThat(level.firstNotBelow(key, key.length))
            .as("seed %s, key %s of %s", seed, Arrays.toString(key), largest.length)
            .isEqualTo(counted(largest, key));
      }
    }
  }

  private static byte[][] largest(Random random, byte[] prefix, int values) {
    var keys = new TreeSet<byte[]>(Arrays::compareUnsigned);
    int count = 1 + random.nextInt(40);
    for (int i = 0; i < count; i++) {
      keys.add(join(prefix, bytes(random, random.nextInt(12), values)));
    }
    return keys.toArray(byte[][]::new);
  }

  /** Returns a key near those of the level, with their prefix, or without. */
  private static byte[] probe(Random random, byte[] prefix, int values, byte[][] largest) {
    return switch (random.nextInt(4)) {
      case 0 -> largest[random.nextInt(largest.length)];
      case 1 -> bytes(random, random.nextInt(30), 256);
      case 2 -> Arrays.copyOf(prefix, random.nextInt(prefix.length + 1));
      default -> join(prefix, bytes(random, random.nextInt(12), values));
    };
  }

  private static int counted(byte[][] largest, byte[] key) {
    return (int) Arrays.stream(largest).filter(k -> Arrays.compareUnsigned(k, key) < 0).count();
  }

  private static byte[] join(byte[] prefix, byte[] rest) {
    byte[] joined = Arrays.copyOf(prefix, prefix.length + rest.length);
    System.arraycopy(rest, 0, joined, prefix.length, rest.length);
    return joined;
  }

  private static byte[] bytes(Random random, int length, int values) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (256 - values + random.nextInt(values));
    }
    return bytes;
  }
}
