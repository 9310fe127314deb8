package org.anvildb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.anvildb.bench.report.CsvFormat;
import org.anvildb.bench.report.Results;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

final class BenchCommandTest {
  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--engines nosql                    | no engine is called 'nosql': anvil, rocksdb",
        "--workloads readall                | no workload is called 'readall': fillseq",
        "--entries 10                       | --entries is 10: it must be between 1000",
        "--key-bytes 5                      | --key-bytes is 5: it must be between 7",
        "--key-bytes 11 --key-shape prefixed| --key-bytes is 11: it must be between 12",
        "--key-shape round                  | --key-shape: 'round' is none of decimal",
        "--value-bytes -1                   | --value-bytes is -1",
        "--codec zip                        | --codec: 'zip' is neither none nor lz4",
        "--rounds 0                         | --rounds is 0",
        "--threads 0                        | --threads is 0",
        "--heap lots                        | --heap is a size such as 512m",
        "--format xml                       | --format: 'xml' is none of table, csv, json",
        "--entries many                     | Invalid value for option '--entries'",
        "--unknown                          | Unknown option: '--unknown'",
      })
  void wrongArgumentsAreNamedAndNothingIsRun(String args, String message) {
    assertThat(run(Stream.of(args.strip().split(" +")))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anEarlierRunIsShownAndDrawn() throws IOException {
    Path csv = directory.resolve("r.csv");
    Path chart = directory.resolve("r.svg");
    Files.write(
        csv,
        List.of(
            CsvFormat.HEADER,
            CsvFormat.line(Results.of("anvil", "readseq", 4e6, 9, 1)),
            CsvFormat.line(Results.of("rocksdb", "readseq", 1e6, 9, 1))));
    assertThat(run(Stream.of("--from", csv.toString(), "--chart", chart.toString()))).isZero();
    assertThat(out.toString()).contains("4.00x");
    assertThat(chart).content().contains(">4.00x<");
  }

  /** With an engine that needs no native code, so that it runs wherever the build does. */
  @Test
  void aSmallRunFillsCopiesKillsAndReports() throws IOException {
    assertThat(
            run(
                Stream.of(
                    "--engines=mvstore",
                    "--workloads=fillrandom,deleteseq,compact,reopen",
                    "--entries=2000",
                    "--rounds=1",
                    "--format=csv",
                    "--heap=128m",
                    "--dir=" + directory)))
        .as(err.toString())
        .isZero();
    Path csv = directory.resolve("r.csv");
    Files.writeString(csv, out.toString());
    assertThat(CsvFormat.read(csv))
        .extracting(result -> result.workload())
        .containsExactly("fillrandom", "deleteseq", "compact", "reopen", "reopen-killed");
    assertThat(CsvFormat.read(csv))
        .allSatisfy(result -> {
          assertThat(result.opsPerSecond()).isPositive();
          assertThat(result.p50Micros()).isLessThanOrEqualTo(result.maxMicros());
          assertThat(result.diskMb()).isPositive();
        });
    Files.delete(csv);
    assertThat(directory).as("the stores are gone").isEmptyDirectory();
  }

  private int run(Stream<String> args) {
    return new CommandLine(new BenchCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args.toArray(String[]::new));
  }
}
