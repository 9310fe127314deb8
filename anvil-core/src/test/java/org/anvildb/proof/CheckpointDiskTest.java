package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;
import org.anvildb.Anvil;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Keyspace;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of a database on a real file system, with real threads, and kills in between. */
final class CheckpointDiskTest {
  private static final int CHECKPOINTS = 25;
  private static final int KILLS = 12;

  /** How many batches are looked at from the newest back, and as many of all. */
  private static final int CHECKED_BATCHES = 100;

  private static final int LEAST_WHOLE = 20;
  private static final long SEED = Long.getLong("seed", 5);

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  /** Holds that all batches of a writer up to one are there, whole in both keyspaces. */
  private static void checkPrefix(Path directory, long[] least, String context) {
    DatabaseOptions options =
        KilledWriter.options(64 << 10).toBuilder().createIfMissing(false).build();
    try (Database db = Anvil.open(directory, options)) {
      Keyspace second = db.keyspace("second");
      for (int w = 0; w < KilledWriter.WRITERS; w++) {
        long last = KillRun.lastBatch(db, w);
        Random random = new Random(last);
        for (int i = 0; i < CHECKED_BATCHES && i <= last; i++) {
          assertThat(isWhole(db, second, w, last - i, context)).as(context).isTrue();
          assertThat(isWhole(db, second, w, random.nextLong(last + 1), context))
              .as(context)
              .isTrue();
        }
        assertThat(last)
            .as("%s: batches of writer %d", context, w)
            .isGreaterThanOrEqualTo(least[w]);
        for (long behind = last + 1; behind < last + 50; behind++) {
          assertThat(isWhole(db, second, w, behind, context)).as(context).isFalse();
        }
      }
      assertThat(db.verify().findings()).as(context).isEmpty();
    }
  }

  /** Tells whether a batch is there; holds that not a part of it is. */
  private static boolean isWhole(
      Keyspace first, Keyspace second, int writer, long batch, String context) {
    int found = 0;
    for (int i = 1; i < KilledWriter.KEYS; i++) {
      byte[] key = KilledWriter.key(writer, batch, i);
      found += first.contains(key) ? 1 : 0;
      found += second.contains(key) ? 1 : 0;
    }
    assertThat(found).as("%s: parts of a batch", context).isIn(0, 2 * (KilledWriter.KEYS - 1));
    return found > 0;
  }

  @Test
  void holdsAllThatWasAcknowledgedBeforeAndNoHole() throws Exception {
    long begin = System.nanoTime();
    Path main = temporary.resolve("main");
    AtomicLongArray acknowledged = new AtomicLongArray(new long[] {-1, -1});
    AtomicBoolean stop = new AtomicBoolean();
    List<Thread> writers = new ArrayList<>();
    long longest = 0;
    long total = 0;
    try (Database db = Anvil.open(main, KilledWriter.options(64 << 10))) {
      db.keyspace("second");
      for (int w = 0; w < KilledWriter.WRITERS; w++) {
        int writer = w;
        writers.add(
            Thread.ofPlatform()
                .start(() -> KilledCheckpoints.write(db, writer, acknowledged, stop)));
      }
      try {
        for (int i = 0; i < CHECKPOINTS; i++) {
          while (acknowledged.get(0) < i * 50L) {
            Thread.onSpinWait();
          }
          long[] least = {acknowledged.get(0), acknowledged.get(1)};
          Path copy = temporary.resolve("copy" + i);
          long from = System.nanoTime();
          db.checkpoint(copy);
          long nanos = System.nanoTime() - from;
          longest = Math.max(longest, nanos);
          total += nanos;
          checkPrefix(copy, least, "checkpoint " + i);
        }
      } finally {
        stop.set(true);
        for (Thread writer : writers) {
          writer.join();
        }
      }
      assertThat(db.verify().findings()).isEmpty();
    }
    checkPrefix(main, new long[] {acknowledged.get(0), acknowledged.get(1)}, "the database itself");
    System.out.printf(
        "checkpoints on disk: %d while two threads wrote, mean %,d us, longest %,d us,"
            + " 0 violations, %d s%n",
        CHECKPOINTS,
        total / CHECKPOINTS / 1_000,
        longest / 1_000,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
  }

  @Test
  void aKillLeavesNoCheckpointOrTheWholeOne() throws Exception {
    long begin = System.nanoTime();
    Random random = new Random(SEED);
    int whole = 0;
    int cut = 0;
    for (int round = 0; round < KILLS; round++) {
      Path directory = Files.createDirectory(temporary.resolve("round" + round));
      List<String> promised = killOnce(directory, 20 + random.nextInt(300));
      String context = "round " + round + ", -Dseed=" + SEED;
      for (String line : promised) {
        String[] words = line.split(" ");
        assertThat(directory.resolve(words[0])).as(context).isDirectory();
      }
      try (var entries = Files.list(directory)) {
        for (Path copy : entries.sorted().toList()) {
          String name = copy.getFileName().toString();
          if (name.endsWith(".incomplete")) {
            cut++;
          } else if (!name.equals("main")) {
            checkPrefix(copy, least(promised, name), context + ", " + name);
            whole++;
          }
        }
      }
      makeAgain(directory);
    }
    System.out.printf(
        "checkpoints and kills: %d rounds of kill -9, %d whole, %d cut off, 0 violations, %d s%n",
        KILLS, whole, cut, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    assertThat(whole).isGreaterThanOrEqualTo(LEAST_WHOLE);
  }

  /** What was cut off is not in the way of the next process. */
  private static void makeAgain(Path directory) throws IOException {
    List<Path> left;
    try (var entries = Files.list(directory)) {
      left = entries.filter(path -> path.toString().endsWith(".incomplete")).toList();
    }
    DatabaseOptions options = KilledWriter.options(64 << 10);
    try (Database db = Anvil.open(directory.resolve("main"), options)) {
      for (Path draft : left) {
        String name = draft.getFileName().toString().replace(".incomplete", "");
        db.checkpoint(directory.resolve(name));
        assertThat(draft).doesNotExist();
        checkPrefix(directory.resolve(name), new long[] {-1, -1}, name);
      }
    }
  }

  private static long[] least(List<String> promised, String name) {
    for (String line : promised) {
      String[] words = line.split(" ");
      if (words[0].equals(name)) {
        return new long[] {Long.parseLong(words[1]), Long.parseLong(words[2])};
      }
    }
    return new long[] {-1, -1};
  }

  /** Runs a process that makes checkpoints until it is killed; returns what it promised. */
  private static List<String> killOnce(Path directory, int millis) throws Exception {
    List<String> command = new ArrayList<>(ChildJvm.command(KilledCheckpoints.class, "-Xmx256m"));
    command.add(directory.toString());
    Process child =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> promised = new ArrayList<>();
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
    try (BufferedReader lines = child.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!killer.isAlive() && promised.isEmpty()) {
          killer.start();
        }
        // The kill may cut the last line off.
        if (line.endsWith(".")) {
          promised.add(line.substring(0, line.length() - 1));
        }
      }
    }
    child.waitFor();
    assertThat(promised).as("the process made a checkpoint").isNotEmpty();
    return promised;
  }

  @Test
  void refusesWhatIsNoPlaceForIt() throws IOException {
    Path main = temporary.resolve("main");
    try (Database db = Anvil.open(main)) {
      db.put(new byte[] {1}, new byte[] {1});
      Files.createDirectory(temporary.resolve("full"));
      Files.writeString(temporary.resolve("full/note"), "mine");
      assertThatThrownBy(() -> db.checkpoint(temporary.resolve("full")))
          .isInstanceOf(NotADatabaseException.class)
          .hasMessageContaining("not empty");
      assertThat(temporary.resolve("full/note")).hasContent("mine");
      assertThatThrownBy(() -> db.checkpoint(main)).isInstanceOf(NotADatabaseException.class);
      assertThatThrownBy(() -> db.checkpoint(temporary.resolve("no/parent")))
          .isInstanceOf(StorageException.class);
      db.put(new byte[] {2}, new byte[] {2});
      db.close();
      assertThatThrownBy(() -> db.checkpoint(temporary.resolve("late")))
          .isInstanceOf(ClosedException.class);
    }
    assertThat(temporary.resolve("late")).doesNotExist();
    assertThat(temporary.resolve("late.incomplete")).doesNotExist();
  }

  @Test
  void aDatabaseThatOnlyReadsCanBeCopied() {
    Path main = temporary.resolve("main");
    try (Database db = Anvil.open(main)) {
      db.put(new byte[] {1}, new byte[] {1});
    }
    Path copy = temporary.resolve("copy");
    DatabaseOptions readOnly = DatabaseOptions.builder().readOnly(true).build();
    try (Database db = Anvil.open(main, readOnly)) {
      db.checkpoint(copy);
    }
    try (Database db = Anvil.open(copy)) {
      assertThat(db.get(new byte[] {1})).isEqualTo(new byte[] {1});
      db.put(new byte[] {2}, new byte[] {2});
      db.compact();
    }
    assertThat(Anvil.verify(main).findings()).isEmpty();
    assertThat(Anvil.verify(copy).findings()).isEmpty();
  }
}
