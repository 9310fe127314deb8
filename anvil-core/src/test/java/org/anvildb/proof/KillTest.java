package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.anvildb.Anvil;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Keyspace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds that a process killed at any moment loses nothing that it acknowledged. */
final class KillTest {
  private static final int ROUNDS = Integer.getInteger("kill.rounds", 50);
  private static final long SEED = Long.getLong("seed", 9);

  /** How far back each round looks; older batches were looked at by earlier rounds. */
  private static final long CHECKED_BATCHES = 20_000;

  private final long[] next = new long[KilledWriter.WRITERS];

  @Test
  void nothingAcknowledgedIsLostAndBatchesAreWhole(@TempDir Path directory)
      throws IOException, InterruptedException {
    Random random = new Random(SEED);
    long acknowledged = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long memtable = List.of(4L << 10, 64L << 10, 1L << 20).get(random.nextInt(3));
      String durability = random.nextInt(4) == 0 ? "SYNC" : "OS";
      long[] acked = killOnce(directory, memtable, durability, 5 + random.nextInt(250));
      for (int w = 0; w < next.length; w++) {
        acknowledged += acked[w] + 1 - next[w];
      }
      check(directory, memtable, acked, "round " + round + ", -Dseed=" + SEED);
    }
    System.out.printf(
        "kills: %d rounds of kill -9, %,d batches acknowledged, 0 lost, 0 torn%n",
        ROUNDS, acknowledged);
  }

  /** Runs a writer, kills it, and returns the last batch that each of its threads acknowledged. */
  private long[] killOnce(Path directory, long memtable, String durability, int millis)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(ChildJvm.command(KilledWriter.class, "-Xmx256m"));
    command.addAll(List.of(directory.toString(), Long.toString(memtable), durability));
    for (long first : next) {
      command.add(Long.toString(first));
    }
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    long[] acked = new long[next.length];
    for (int w = 0; w < acked.length; w++) {
      acked[w] = next[w] - 1;
    }
    try (BufferedReader lines = child.inputReader()) {
      Thread killer =
          Thread.ofVirtual()
              .unstarted(() -> {
                try {
                  child.waitFor(millis, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                child.toHandle().destroyForcibly();
              });
      boolean armed = false;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!armed) {
          armed = true;
          killer.start();
        }
        int space = line.indexOf(' ');
        // The kill may cut the last line off: then its number is a prefix of the true one, and
        // less.
        if (space == 1 && line.length() > 2) {
          int writer = line.charAt(0) - '0';
          acked[writer] = Math.max(acked[writer], Long.parseLong(line.substring(2)));
        }
      }
      assertThat(armed).as("the writer wrote something").isTrue();
    }
    child.waitFor();
    return acked;
  }

  private void check(Path directory, long memtable, long[] acked, String context) {
    try (Database db = Anvil.open(directory, KilledWriter.options(memtable))) {
      Keyspace second = db.keyspace("second");
      for (int w = 0; w < next.length; w++) {
        long last = lastBatch(db, w);
        assertThat(last)
            .as("%s: writer %d, last batch found against last acknowledged", context, w)
            .isBetween(acked[w], acked[w] + 1);
        checkBatches(db, w, last, context);
        checkBatches(second, w, last, context);
        next[w] = last + 1;
      }
      assertThat(db.verify().findings()).as(context).isEmpty();
    }
  }

  /** Returns the newest batch of a writer, -1 if there is none. */
  static long lastBatch(Database db, int writer) {
    byte[] top = KilledWriter.key(writer, 999_999_999_999L, KilledWriter.KEYS - 1);
    byte[] bottom = KilledWriter.key(writer, 0, KilledWriter.KEYS - 1);
    try (Cursor cursor = db.cursor()) {
      if (!cursor.seekFloor(top) || Arrays.compareUnsigned(cursor.key(), bottom) < 0) {
        return -1;
      }
      return Long.parseLong(new String(cursor.key(), 6, 12, StandardCharsets.US_ASCII));
    }
  }

  /** Checks that the last batches are there, whole and without a gap, and none behind them. */
  private static void checkBatches(Keyspace keyspace, int writer, long last, String context) {
    for (int i = 0; i < KilledWriter.KEYS; i++) {
      long from = i == 0 ? Math.max(0, last - 49) : Math.max(0, last - CHECKED_BATCHES);
      for (long batch = from; batch <= last; batch++) {
        assertThat(keyspace.get(KilledWriter.key(writer, batch, i)))
            .as("%s: writer %d, batch %d, key %d", context, writer, batch, i)
            .isEqualTo(KilledWriter.value(batch, i));
      }
      if (i > 0) {
        assertThat(keyspace.contains(KilledWriter.key(writer, last + 1, i))).isFalse();
      }
    }
  }
}
