package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.anvildb.Anvil;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.Keyspace;

/**
 * One database whose process is killed again and again. After most kills it is checked here, after
 * some the next process opens it first.
 */
final class KillRun {
  private static final long[] MEMTABLES = {4L << 10, 64L << 10, 1L << 20};
  private static final int LONGEST_MILLIS = 500;

  /** What a process ends with that was killed: by SIGKILL, by SIGTERM. */
  private static final Set<Integer> KILLED = Set.of(137, 143);

  private static final int KILLED_ON_WINDOWS = 1;

  private final Path directory;
  private final long seed;
  private final Random random;
  private final Map<KilledWriter.Moment, Integer> moments =
      new EnumMap<>(KilledWriter.Moment.class);

  /** The last batch of each writer that was acknowledged, and the last that was checked. */
  private final long[] acked = new long[KilledWriter.WRITERS];

  private final long[] checked = new long[KilledWriter.WRITERS];
  private long memtable;
  private int kills;
  private int closed;

  KillRun(Path directory, long seed) {
    this.directory = directory;
    this.seed = seed;
    this.random = new Random(seed);
    Arrays.fill(acked, -1);
    Arrays.fill(checked, -1);
  }

  /** Returns how many processes were killed. */
  int kills() {
    return kills;
  }

  /** Returns how many processes had closed the database and ended before they were killed. */
  int closed() {
    return closed;
  }

  long acknowledged() {
    return Arrays.stream(acked).sum() + acked.length;
  }

  /** Tells during what the processes of some runs were killed. */
  static String moments(List<KillRun> runs) {
    return Arrays.stream(KilledWriter.Moment.values())
        .map(moment -> moment.name().toLowerCase(Locale.ROOT) + " " + kills(runs, moment))
        .collect(Collectors.joining(", "));
  }

  /** Returns how many processes of some runs were killed during something. */
  static int kills(List<KillRun> runs, KilledWriter.Moment moment) {
    return runs.stream().mapToInt(run -> run.moments.getOrDefault(moment, 0)).sum();
  }

  /** Kills so many processes, and checks what they leave. */
  void kill(int count) throws IOException, InterruptedException {
    for (int round = 0; kills < count; round++) {
      killOnce();
      boolean isLast = kills == count;
      if (isLast || random.nextInt(3) > 0) {
        check("-Dseed=" + seed + ", round " + round, isLast);
      }
    }
  }

  private void killOnce() throws IOException, InterruptedException {
    memtable = MEMTABLES[random.nextInt(MEMTABLES.length)];
    int dice = random.nextInt(10);
    KilledWriter.Moment moment = KilledWriter.Moment.values()[dice < 4 ? 0 : 1 + dice % 3];
    Durability[] durabilities = Durability.values();
    String durability = durabilities[random.nextInt(durabilities.length)].name();
    // Early moments are many: later ones differ less.
    double share = Math.pow(random.nextDouble(), 3);
    int millis =
        switch (moment) {
          case OPENING -> (int) (share * 150);
          case CLOSING -> (int) (share * 60);
          case WRITING, COMPACTING -> 5 + (int) (share * (LONGEST_MILLIS - 5));
        };
    List<String> command =
        new ArrayList<>(
            ChildJvm.command(KilledWriter.class, "-Xms16m", "-Xmx64m", "-XX:-UsePerfData"));
    command.addAll(
        List.of(directory.toString(), Long.toString(memtable), durability, moment.name()));
    for (long last : acked) {
      command.add(Long.toString(last + 1));
    }
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    read(child, moment, millis);
    count(child.waitFor(), moment);
  }

  /** Holds that a process ended by its kill, or in good order if it was to close. */
  private void count(int exit, KilledWriter.Moment moment) {
    if (exit == 0 && moment == KilledWriter.Moment.CLOSING) {
      closed++;
      return;
    }
    boolean isWindows = File.separatorChar == '\\';
    assertThat(KILLED.contains(exit) || isWindows && exit == KILLED_ON_WINDOWS)
        .as("-Dseed=%d: killed, not ended with %d, %s", seed, exit, moment)
        .isTrue();
    kills++;
    moments.merge(moment, 1, Integer::sum);
  }

  private void read(Process child, KilledWriter.Moment moment, int millis) throws IOException {
    Thread killer = Thread.ofVirtual().unstarted(() -> killAfter(child, millis));
    boolean armed = false;
    try (BufferedReader lines = child.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int space = line.indexOf(' ');
        boolean isAck = space == 1 && line.length() > 2;
        boolean isMoment =
            switch (moment) {
              case OPENING -> line.equals(KilledWriter.OPENS);
              case CLOSING -> line.equals(KilledWriter.CLOSES);
              case WRITING, COMPACTING -> isAck;
            };
        if (isMoment && !armed) {
          armed = true;
          killer.start();
        }
        // The kill may cut the last line off: then its number is a prefix of the true one, and
        // less.
        if (isAck) {
          int writer = line.charAt(0) - '0';
          acked[writer] = Math.max(acked[writer], Long.parseLong(line.substring(2)));
        }
      }
    }
    assertThat(armed).as("-Dseed=%d: the process came to its moment, %s", seed, moment).isTrue();
  }

  private static void killAfter(Process child, int millis) {
    try {
      child.waitFor(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    child.toHandle().destroyForcibly();
  }

  private void check(String context, boolean all) {
    try (Database db = Anvil.open(directory, KilledWriter.options(memtable))) {
      Keyspace second = db.keyspace("second");
      for (int w = 0; w < acked.length; w++) {
        long last = lastBatch(db, w);
        assertThat(last)
            .as("%s: writer %d, last batch found against last acknowledged", context, w)
            .isBetween(acked[w], acked[w] + 1);
        long from = all ? 0 : Math.max(0, checked[w] - 500);
        checkBatches(db, w, from, last, context);
        checkBatches(second, w, from, last, context);
        acked[w] = last;
        checked[w] = last;
      }
      if (all || random.nextInt(5) == 0) {
        assertThat(db.verify().findings()).as(context).isEmpty();
      }
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
  static void checkBatches(Keyspace keyspace, int writer, long first, long last, String context) {
    for (int i = 0; i < KilledWriter.KEYS; i++) {
      long from = i == 0 ? Math.max(0, last - 49) : first;
      for (long batch = from; batch <= last; batch++) {
        byte[] found = keyspace.get(KilledWriter.key(writer, batch, i));
        if (!Arrays.equals(found, KilledWriter.value(batch, i))) {
          assertThat(found)
              .as("%s: writer %d, batch %d, key %d", context, writer, batch, i)
              .isEqualTo(KilledWriter.value(batch, i));
        }
      }
      if (i > 0) {
        assertThat(keyspace.contains(KilledWriter.key(writer, last + 1, i))).isFalse();
      }
    }
  }
}
