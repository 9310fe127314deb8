package org.anvildb.proof;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Where the suites put their counts, for the table that stands at the end of each full run: one
 * file for each part of a row, and one that names all rows that must be there. {@code .ci/run}
 * prints the table and fails if a row is missing, short or has violations.
 *
 * <p>A suite puts its counts there only once it has found no violation. Thread-safe.
 */
final class ProofTable {
  /** A row: what is counted, and how often it must be. */
  enum Row {
    CRASH_STATES("crash states", 100_000),
    CRASHES_IN_RECOVERY("crash states inside recovery", 5_000),
    KILLS("kills of a real JVM", 300),
    FAULTS("fault runs", 20_000),
    BYTE_DAMAGE("byte damage", 131_000),
    TRUNCATION("truncation", 70_000),
    WRONG_FILES("wrong files", 2_000),
    MODEL("model operations", 1_300_000),
    MODEL_SETTINGS("option sets of the model", 64),
    SIMULATION("simulation seeds", 2_000),
    ISOLATION("isolation batches", 200_000),
    INTERRUPTS("interrupts", 5_000),
    FAILING_CODE("out of memory and failing user code", 3_000),
    OPENINGS("open and close", 2_000),
    COPIES("checkpoint and restore", 300),
    PLANTED_BUGS("planted bugs", 40);

    private final String title;
    private final long required;

    Row(String title, long required) {
      this.title = title;
      this.required = required;
    }

    /** Returns the row of a title. */
    static Row of(String title) {
      return Stream.of(values()).filter(row -> row.title.equals(title)).findFirst().orElseThrow();
    }
  }

  private static final Path DIRECTORY = Path.of("target", "proof");

  /** The properties that have a suite play only a part again. */
  private static final String[] REPLAYS = {
    "bug",
    "seed",
    "scenario",
    "mode",
    "at",
    "golden",
    "file",
    "way",
    "setting",
    "kill.rounds",
    "model.operations"
  };

  private ProofTable() {}

  /** Puts the count of a row there; fails if it is short, unless only a part was played again. */
  static void record(Row row, long count) {
    record(row, "all", count);
    boolean isReplay = Stream.of(REPLAYS).anyMatch(name -> System.getProperty(name) != null);
    if (count < row.required && !isReplay) {
      throw new AssertionError(
          "%s: %,d, at least %,d are required".formatted(row.title, count, row.required));
    }
  }

  /** Puts a count there that is one of several of a row: their sum is held against it. */
  static void record(Row row, String part, long count) {
    StringBuilder rows = new StringBuilder();
    for (Row each : Row.values()) {
      rows.append("%s\t%s\t%d\n".formatted(each, each.title, each.required));
    }
    try {
      Files.createDirectories(DIRECTORY);
      Files.writeString(DIRECTORY.resolve("rows"), rows);
      Files.writeString(DIRECTORY.resolve(row + "." + part + ".count"), row + "\t" + count + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
