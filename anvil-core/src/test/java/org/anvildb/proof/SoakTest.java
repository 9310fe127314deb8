package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Lives one after the other of one database on the real file system, for as many minutes as {@code
 * -Dsoak=MINUTES} says: a mixed load compared with a model, operations of the storage that fail,
 * checkpoints, a deep verification at the end of each life; heap, descriptors and space stay flat.
 */
final class SoakTest {
  private static final long MINUTES = Long.getLong("soak", 0);
  private static final long SEED = Long.getLong("seed", 20_261_201);

  /** So many lives settle what is flat from then on. */
  private static final int WARM_LIVES = 5;

  private static final long MORE_HEAP_BYTES = 48L << 20;
  private static final long MORE_DESCRIPTORS = 16;

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  @Test
  void manyLivesUnderFaultsKeepAllThatWasAcknowledgedAndStayFlat() throws Exception {
    if (MINUTES == 0) {
      System.out.println("soak: left out, it runs only with -Dsoak=MINUTES");
    }
    Assumptions.assumeTrue(MINUTES > 0, "it runs only with -Dsoak=MINUTES");
    SoakRun run = new SoakRun(temporary, SEED);
    long begin = System.nanoTime();
    long nextReport = 1;
    long heap = 0;
    long descriptors = 0;
    try {
      for (int life = 0; minutes(begin) < MINUTES; life++) {
        run.live();
        if (life < WARM_LIVES) {
          heap = Math.max(heap, heapBytes());
          descriptors = Math.max(descriptors, LeakTest.descriptors());
        } else {
          assertThat(LeakTest.descriptors())
              .as("descriptors")
              .isLessThanOrEqualTo(descriptors + MORE_DESCRIPTORS);
        }
        if (minutes(begin) >= nextReport) {
          long now = heapBytes();
          System.out.printf(
              "soak: minute %d: %s, heap %,d KB, %d descriptors%n",
              nextReport++, run, now >> 10, LeakTest.descriptors());
          assertThat(now).as("heap").isLessThan(heap + MORE_HEAP_BYTES);
        }
      }
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("-Dsoak=" + MINUTES + " -Dseed=" + SEED + ": " + run, e);
    }
    assertThat(heapBytes()).as("heap at the end").isLessThan(heap + MORE_HEAP_BYTES);
    System.out.printf("soak: %d minutes: %s, 0 violations, seed %d%n", MINUTES, run, SEED);
    assertThat(run.failedLives()).isPositive();
    assertThat(run.checkpoints()).isPositive();
  }

  private static long minutes(long begin) {
    return TimeUnit.NANOSECONDS.toMinutes(System.nanoTime() - begin);
  }

  private static long heapBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
