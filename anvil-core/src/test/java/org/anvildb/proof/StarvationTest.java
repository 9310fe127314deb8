package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.Keyspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that a process whose heap is full again and again neither hangs nor dies, and that what it
 * acknowledged is there, each batch whole.
 */
@ExtendWith(SilentLog.class)
final class StarvationTest {
  private static final long SEED = Long.getLong("seed", 20_261_129);
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int FILLS = 30;
  private static final long[] MEMTABLES = {16 << 10, 64 << 10, 1 << 20};

  /** How many more processes there may be, until one can link its code to the end. */
  private static final int MAX_MORE = 5;

  private static final long PROCESSES = MINUTES > 0 ? 30 * MINUTES : MEMTABLES.length;

  @TempDir(factory = MemoryDirectory.class)
  private Path temporary;

  private long shortages;
  private long refused;
  private long lives;
  private long poisoned;
  private long unlinked;
  private long acknowledged;

  @Test
  void aFullHeapHarmsNothing() throws Exception {
    int processes = 0;
    for (int i = 0; i < PROCESSES || unlinked == i && i < PROCESSES + MAX_MORE; i++) {
      processes++;
      try {
        starve(i);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dseed=" + (SEED + i) + ", process " + i, e);
      }
    }
    System.out.printf(
        "starvation: %d processes, %,d calls out of memory, %,d refused, %,d lives, %,d poisoned,"
            + " %,d batches acknowledged, %d processes whose JVM could not link code, 0 violations%n",
        processes, shortages, refused, lives, poisoned, acknowledged, unlinked);
    assertThat(shortages).as("calls that met a full heap").isGreaterThan(PROCESSES);
    assertThat(unlinked).as("processes that had to end").isLessThan(processes);
    assertThat(lives).isGreaterThan(2 * PROCESSES);
    assertThat(acknowledged).isGreaterThan(40 * PROCESSES);
  }

  private void starve(int number) throws Exception {
    long memtable = MEMTABLES[number % MEMTABLES.length];
    Path directory = temporary.resolve("db" + number);
    List<String> command =
        new ArrayList<>(
            ChildJvm.command(
                StarvedWriter.class, "-Xmx48m", "-XX:-UsePerfData", "-XX:ErrorFile=/dev/stdout"));
    command.addAll(
        List.of(
            directory.toString(),
            Long.toString(memtable),
            Long.toString(SEED + number),
            Integer.toString(FILLS)));
    ChildEnd end = ChildEnd.of(command, temporary.resolve("output"), Duration.ofMinutes(10));
    assertThat(end.exit()).as(end.output()).isZero();
    String[] counts = end.lines(StarvedWriter.ENDED).getFirst().split(" ");
    shortages += Long.parseLong(counts[0]);
    refused += Long.parseLong(counts[1]);
    lives += Long.parseLong(counts[2]);
    poisoned += Long.parseLong(counts[3]);
    unlinked += counts[4].equals("0") ? 0 : 1;
    long[] last = new long[KilledWriter.WRITERS];
    for (String line : end.lines(StarvedWriter.ACKNOWLEDGED)) {
      int writer = line.charAt(0) - '0';
      long batch = Long.parseLong(line.substring(2));
      last[writer] = Math.max(last[writer], batch);
      acknowledged++;
    }
    check(directory, memtable, last);
  }

  private static void check(Path directory, long memtable, long[] acknowledged) {
    try (Database db = Anvil.open(directory, KilledWriter.options(memtable))) {
      Keyspace second = db.keyspace("second");
      for (int w = 0; w < acknowledged.length; w++) {
        long last = KillRun.lastBatch(db, w);
        assertThat(last)
            .as("writer %d, last batch found against last acknowledged", w)
            .isBetween(acknowledged[w], acknowledged[w] + 1);
        KillRun.checkBatches(db, w, 0, last, "starved");
        KillRun.checkBatches(second, w, 0, last, "starved");
      }
      assertThat(db.verify().findings()).isEmpty();
    }
  }
}
