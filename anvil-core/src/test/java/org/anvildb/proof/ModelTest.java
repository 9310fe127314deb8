package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.anvildb.api.Database;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Holds that the database answers like a sorted map, whatever the options. A history that fails is
 * shrunk and printed; {@code -Dseed= -Dsetting=} repeats it. {@code -Dlong=MINUTES} goes on with
 * more seeds.
 */
final class ModelTest {
  private static final long OPERATIONS = Long.getLong("model.operations", 100_000);
  private static final long SEED = Long.getLong("seed", 20_261_122);
  private static final int SETTING = Integer.getInteger("setting", -1);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final int KEYS = 3_000;
  private static final int SETTINGS = 64;
  private static final int OPERATIONS_EACH = 20_320;
  private static final long LEAST_OPERATIONS = 1_300_000;
  private static final int THREADS = 2;

  /** Every so many-th setting runs on a real file system. */
  private static final int DISK_EVERY = 9;

  private static final int SHRINKING_TRIES = 600;

  static List<Setting> settings() {
    return Setting.eight();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyReadEqualsTheModels(
      Setting setting, @TempDir(factory = MemoryDirectory.class) Path directory) {
    try {
      long reads = ModelRun.run(SEED, KEYS, () -> setting.open(directory, SEED), OPERATIONS);
      System.out.printf(
          "model: %s: %,d operations, %,d reads compared, 0 differences%n",
          setting.name(), OPERATIONS, reads);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("setting " + setting + ", -Dseed=" + SEED, e);
    }
  }

  @Test
  void oneHistoryGivesTheSameUnderSixtyFourSettings(@TempDir Path directory) throws Exception {
    long begin = System.nanoTime();
    long reads = 0;
    long operations = 0;
    long seed = SEED;
    do {
      List<Setting> settings = SettingGrid.sixtyFour(seed);
      assertThat(settings).hasSize(SETTINGS);
      List<ModelOperation> history = ModelOperation.history(seed, OPERATIONS_EACH);
      List<Future<Long>> futures = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
        for (int i = 0; i < SETTINGS; i++) {
          if (SETTING < 0 || SETTING == i) {
            int number = i;
            long current = seed;
            futures.add(
                threads.submit(
                    () -> compare(settings.get(number), number, history, current, directory)));
          }
        }
      }
      for (Future<Long> future : futures) {
        reads += result(future);
        operations += OPERATIONS_EACH;
      }
      seed++;
    } while (SETTING < 0 && System.nanoTime() - begin < LONG_NANOS);
    System.out.printf(
        "model: %d settings: %,d operations, %,d reads compared, 0 differences, seeds %d to %d,"
            + " %d s%n",
        SETTINGS,
        operations,
        reads,
        SEED,
        seed - 1,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    if (SETTING < 0) {
      assertThat(operations).isGreaterThanOrEqualTo(LEAST_OPERATIONS);
      ProofTable.record(ProofTable.Row.MODEL, operations);
      ProofTable.record(ProofTable.Row.MODEL_SETTINGS, SETTINGS);
    }
  }

  private static long result(Future<Long> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    }
  }

  private static long compare(
      Setting setting, int number, List<ModelOperation> history, long seed, Path directory)
      throws IOException {
    boolean isOnDisk = number % DISK_EVERY == 0;
    Path files = directory.resolve(seed + "-" + number);
    Supplier<Database> opener =
        isOnDisk ? () -> setting.open(files, seed) : inMemory(setting, seed);
    try {
      if (isOnDisk) {
        Files.createDirectories(files);
      }
      return ModelRun.run(history, KEYS, opener);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(
          "-Dseed=%d -Dsetting=%d (%s)%n%s"
              .formatted(seed, number, setting, shrunk(history, () -> inMemory(setting, seed))),
          e);
    }
  }

  private static String shrunk(List<ModelOperation> history, Supplier<Supplier<Database>> openers) {
    if (!fails(history, openers.get())) {
      return "in memory it does not fail";
    }
    List<ModelOperation> shrunk =
        new HistoryShrinker<ModelOperation>(
                shorter -> fails(shorter, openers.get()), SHRINKING_TRIES)
            .shrink(history);
    return "of %d operations these %d are enough: %s"
        .formatted(history.size(), shrunk.size(), shrunk);
  }

  private static boolean fails(List<ModelOperation> history, Supplier<Database> opener) {
    try {
      ModelRun.run(history, KEYS, opener);
      return false;
    } catch (AssertionError | RuntimeException e) {
      return true;
    }
  }

  /** Returns what opens one database in memory, again and again. */
  private static Supplier<Database> inMemory(Setting setting, long seed) {
    MemoryStorage storage =
        setting.threads() ? new MemoryStorage() : new MemoryStorage(Arena::ofConfined);
    return () -> setting.open(storage, seed);
  }

  @Test
  void aHistoryThatFailsIsShrunk() {
    List<ModelOperation> history = ModelOperation.history(SEED, 4_000);
    Setting setting = SettingGrid.sixtyFour(SEED).getFirst();
    // A planted bug: what the second opening and each later one finds lacks its first entry.
    Supplier<Supplier<Database>> openers =
        () -> {
          Supplier<Database> opener = inMemory(setting, SEED);
          return () -> {
            Database db = opener.get();
            db.keyspace("second");
            byte[] first = ModelRun.firstKey(db);
            if (first != null) {
              db.delete(first);
            }
            return db;
          };
        };
    assertThat(shrunk(history, openers))
        .matches("of 4000 operations these [1-4] are enough: \\[.*(PUT|BATCH|CONDITIONAL).*");
  }
}
