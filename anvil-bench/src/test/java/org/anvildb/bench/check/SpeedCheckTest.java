package org.anvildb.bench.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.bench.report.CsvFormat;
import org.anvildb.bench.report.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Made-up figures: anvil does 10,000 of everything, each peer 1,000 or less. */
final class SpeedCheckTest {
  private static final int MET = 0;
  private static final int SHORT = 1;
  private static final int USAGE = 2;
  private static final List<String> WORKLOADS =
      List.of(
          "fillrandom",
          "fillseq",
          "fillbatch",
          "overwrite",
          "fillsync",
          "fillsync4",
          "readrandom",
          "readrandom2",
          "readhot",
          "readmissing",
          "readseq",
          "readseqinplace",
          "readreverse",
          "seekrandom",
          "readwhilewriting",
          "readwhilewriting-writes",
          "deleteseq",
          "queue",
          "queue-early",
          "queue-late",
          "compact",
          "reopen",
          "reopen-killed",
          "ycsb-a",
          "ycsb-b",
          "ycsb-c",
          "ycsb-d",
          "ycsb-e",
          "ycsb-f",
          "spacechurn");

  private static final List<String> SIDES =
      List.of("10m", "1k", "lz4", "heap-1g", "heap-256m", "one-writer", "two-writers");

  @TempDir private Path directory;

  @Test
  void aRunThatMeetsEveryLineEndsWithZero() throws IOException {
    List<String> output = new ArrayList<>();
    assertThat(check(allMet(), output)).isEqualTo(MET);
    assertThat(output).last().isEqualTo("all 34 lines are met");
  }

  @Test
  void aRatioBelowTheAskedOneIsShort() throws IOException {
    List<Result> results = replaced(row("lmdb", "fillrandom", 3400, 10, 110, 1));
    List<String> output = new ArrayList<>();
    assertThat(check(results, output)).isEqualTo(SHORT);
    assertThat(output)
        .filteredOn(line -> line.startsWith("SHORT"))
        .singleElement()
        .asString()
        .contains("fillrandom", "asked 3.0x best", "found 2.94x (10,000 against 3,400)");
  }

  @Test
  void onlyThePeersOfTheTableCount() throws IOException {
    List<Result> results = allMet();
    results.add(row("mvstore", "fillrandom", 1e9, 10, 110, 1));
    assertThat(check(results, new ArrayList<>())).isEqualTo(MET);
  }

  @Test
  void compactionIsHeldAgainstRocksdbAlone() throws IOException {
    List<Result> results = allMet();
    results.add(row("lmdb", "compact", 1e9, 10, 110, 1));
    assertThat(check(results, new ArrayList<>())).isEqualTo(MET);
    List<Result> slower = replaced(row("rocksdb-tuned", "compact", 10_001, 10, 110, 1));
    assertThat(check(slower, new ArrayList<>())).isEqualTo(SHORT);
  }

  @Test
  void theMedianOfTheRoundsCounts() throws IOException {
    List<Result> results = allMet();
    results.add(row("anvil", "overwrite", 10_000, 90_000, 110, 2));
    results.add(row("anvil", "overwrite", 100, 10, 110, 3));
    assertThat(check(results, new ArrayList<>())).isEqualTo(MET);
  }

  @Test
  void oneLongOperationIsShortAndIsNamed() throws IOException {
    List<Result> results = replaced(row("anvil", "ycsb-b", 10_000, 100_001, 110, 1));
    List<String> output = new ArrayList<>();
    assertThat(check(results, output)).isEqualTo(SHORT);
    assertThat(output).anyMatch(line -> line.startsWith("SHORT") && line.endsWith("in ycsb-b"));
  }

  @Test
  void compactionMayTakeLongerThanAnOperationMay() throws IOException {
    List<Result> results = replaced(row("anvil", "compact", 10_000, 9e6, 110, 1));
    assertThat(check(results, new ArrayList<>())).isEqualTo(MET);
  }

  @Test
  void spaceIsHeldAgainstTheRawBytes() throws IOException {
    // 1,000,000 entries of 16 + 100 bytes are 116 MB.
    List<Result> settled = replaced(row("anvil", "fillrandom", 10_000, 10, 128, 1));
    assertThat(check(settled, new ArrayList<>())).isEqualTo(SHORT);
    List<Result> churned = replaced(row("anvil", "spacechurn", 10_000, 10, 256, 1));
    assertThat(check(churned, new ArrayList<>())).isEqualTo(SHORT);
    assertThat(check(churned, new ArrayList<>(), "--key-bytes", "32")).isEqualTo(MET);
  }

  @Test
  void twoReadersMustReachMoreThanOne() throws IOException {
    List<Result> results = replaced(row("anvil", "readrandom", 5_600, 10, 110, 1));
    List<String> output = new ArrayList<>();
    assertThat(check(results, output)).isEqualTo(SHORT);
    assertThat(output)
        .anyMatch(line -> line.startsWith("SHORT") && line.contains("readrandom2 / readrandom"));
  }

  @Test
  void whatWasNotMeasuredIsShort() throws IOException {
    List<Result> results = new ArrayList<>(allMet());
    results.removeIf(result -> result.workload().equals("queue"));
    List<String> output = new ArrayList<>();
    assertThat(check(results, output)).isEqualTo(SHORT);
    assertThat(output).anyMatch(line -> line.contains("queue") && line.endsWith("not measured"));
  }

  @Test
  void wrongArgumentsEndWithTwo() {
    PrintStream none = new PrintStream(new ByteArrayOutputStream());
    assertThat(SpeedCheck.run(new String[0], none, none)).isEqualTo(USAGE);
    assertThat(SpeedCheck.run(new String[] {"absent.csv"}, none, none)).isEqualTo(USAGE);
    assertThat(SpeedCheck.run(new String[] {"a.csv", "--key-bytes"}, none, none)).isEqualTo(USAGE);
    assertThat(SpeedCheck.run(new String[] {"a.csv", "--side", "b"}, none, none)).isEqualTo(USAGE);
  }

  @Test
  void otherConditionsAreHeldAgainstFilesOfTheirOwn() throws IOException {
    Path sides = Files.createDirectory(directory.resolve("sides"));
    for (String name : SIDES) {
      write(sides.resolve(name + ".csv"), sides(name));
    }
    List<String> output = new ArrayList<>();
    assertThat(check(allMet(), output, "--sides", sides.toString())).isEqualTo(MET);
    assertThat(output).last().isEqualTo("all 57 lines are met");
  }

  @Test
  void eachOtherConditionMayBeShort() throws IOException {
    for (String name : SIDES) {
      Path sides = Files.createDirectory(directory.resolve("without-" + name));
      for (String other : SIDES) {
        if (!other.equals(name)) {
          write(sides.resolve(other + ".csv"), sides(other));
        }
      }
      List<String> output = new ArrayList<>();
      assertThat(check(allMet(), output, "--sides", sides.toString())).isEqualTo(SHORT);
      assertThat(output)
          .filteredOn(line -> line.startsWith("SHORT"))
          .isNotEmpty()
          .allMatch(line -> line.endsWith("not measured"));
    }
  }

  @Test
  void aSmallHeapIsJudgedByTheWorkloadThatLosesMost() throws IOException {
    Path sides = Files.createDirectory(directory.resolve("sides"));
    write(sides.resolve("heap-1g.csv"), sides("heap-1g"));
    List<Result> slower = sides("heap-256m");
    slower.removeIf(result -> result.workload().equals("ycsb-c"));
    slower.add(row("anvil", "ycsb-c", 8_900, 10, 110, 1));
    write(sides.resolve("heap-256m.csv"), slower);
    List<String> output = new ArrayList<>();
    assertThat(check(allMet(), output, "--sides", sides.toString())).isEqualTo(SHORT);
    assertThat(output)
        .filteredOn(line -> line.startsWith("SHORT"))
        .anyMatch(line -> line.endsWith("found 0.89x in ycsb-c"));
  }

  /** What meets all that is asked under a condition. */
  private static List<Result> sides(String name) {
    List<Result> results = allMet();
    if (name.equals("two-writers")) {
      results.removeIf(result -> result.workload().equals("fillrandom"));
      results.add(row("anvil", "fillrandom", 13_000, 10, 110, 1));
    }
    return results;
  }

  private static List<Result> allMet() {
    List<Result> results = new ArrayList<>();
    for (String workload : WORKLOADS) {
      double ours = workload.equals("readrandom") ? 5000 : 10_000;
      results.add(row("anvil", workload, ours, 10, 110, 1));
      results.add(row("rocksdb", workload, 900, 500_000, 900, 1));
      results.add(row("rocksdb-tuned", workload, 1000, 500_000, 900, 1));
      if (!workload.equals("compact")) {
        results.add(row("lmdb", workload, 800, 500_000, 900, 1));
      }
    }
    return results;
  }

  private static List<Result> replaced(Result by) {
    List<Result> results = allMet();
    results.removeIf(r -> r.engine().equals(by.engine()) && r.workload().equals(by.workload()));
    results.add(by);
    return results;
  }

  private static Result row(
      String engine, String workload, double rate, double maxMicros, double diskMb, int round) {
    return new Result(
        engine,
        workload,
        1_000_000,
        100,
        rate,
        1,
        2,
        3,
        maxMicros,
        1,
        100,
        diskMb,
        round,
        Result.Extra.NONE);
  }

  private int check(List<Result> results, List<String> output, String... options)
      throws IOException {
    Path file = directory.resolve("results.csv");
    write(file, results);
    List<String> args = new ArrayList<>(List.of(file.toString()));
    args.addAll(List.of(options));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    int exit = SpeedCheck.run(args.toArray(String[]::new), out, out);
    output.addAll(bytes.toString(StandardCharsets.UTF_8).lines().toList());
    return exit;
  }

  private static void write(Path file, List<Result> results) throws IOException {
    List<String> lines = new ArrayList<>(List.of(CsvFormat.HEADER));
    results.forEach(result -> lines.add(CsvFormat.line(result)));
    Files.write(file, lines);
  }
}
