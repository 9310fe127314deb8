package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import org.anvildb.bytes.Bytes;
import org.junit.jupiter.api.Test;

/** Tests {@link HeadSamples}. */
final class HeadSamplesTest {
  private static final int[] COUNTS = {
    1, 2, 15, 16, 17, 255, 256, 257, 271, 272, 512, 768, 1024, 3840, 4095, 4096, 4097, 4111, 4352,
    5000, 8192, 65_536, 65_537
  };

  @Test
  void theCountOfLesserHeadsIsExactAroundTheEdgesOfGroupsAndLevels() {
    for (int count : COUNTS) {
      check(count, new Random(count), Integer.MAX_VALUE);
    }
  }

  @Test
  void runsOfEqualHeadsAreCountedFromTheirStart() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      check(1 + random.nextInt(600), random, 1 + random.nextInt(20));
    }
  }

  /** Compares with counting one by one; heads are drawn from a number of values. */
  private static void check(int count, Random random, int values) {
    long[] heads = new long[count];
    for (int i = 0; i < count; i++) {
      heads[i] = value(random, values);
    }
    Arrays.sort(heads);
    MemorySegment memory = MemorySegment.ofArray(new byte[8 * count + 3]);
    for (int i = 0; i < count; i++) {
      memory.set(Bytes.BE_LONG, 3 + 8L * i, heads[i] ^ Long.MIN_VALUE);
    }
    HeadSamples samples = HeadSamples.of(memory, 3, count);
    for (int i = 0; i < 300; i++) {
      long near = heads[random.nextInt(count)] + random.nextInt(3) - 1;
      long[] probes = {near, value(random, values), Long.MIN_VALUE, Long.MAX_VALUE};
      for (long probe : probes) {
        int group = samples.group(probe);
        assertThat(HeadSamples.countLess(memory, 3, group, count, probe))
            .as("%s heads of %s values, probe %s", count, values, probe)
            .isEqualTo(countLess(heads, probe));
      }
    }
  }

  private static long value(Random random, int values) {
    if (values < Integer.MAX_VALUE) {
      return (random.nextInt(values) - values / 2L) << 40;
    }
    return switch (random.nextInt(50)) {
      case 0 -> Long.MAX_VALUE;
      case 1 -> Long.MIN_VALUE;
      default -> random.nextLong();
    };
  }

  private static int countLess(long[] sorted, long head) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < head) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
