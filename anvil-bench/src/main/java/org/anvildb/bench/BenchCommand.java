package org.anvildb.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.anvildb.bench.data.KeyShape;
import org.anvildb.bench.engine.Engine;
import org.anvildb.bench.report.CsvFormat;
import org.anvildb.bench.report.JsonFormat;
import org.anvildb.bench.report.Medians;
import org.anvildb.bench.report.RatioChart;
import org.anvildb.bench.report.Result;
import org.anvildb.bench.report.TextTable;
import org.anvildb.bench.run.BenchOptions;
import org.anvildb.bench.run.BenchRun;
import org.anvildb.bench.workload.Workload;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code bench} command: measures AnvilDB and its peers side by side. */
@Command(
    name = "bench",
    description = "Measures AnvilDB and its peers side by side, each in a process of its own.",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    usageHelpAutoWidth = true)
public final class BenchCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Spec @Nullable private CommandSpec spec;

  @Option(
      names = "--engines",
      split = ",",
      paramLabel = "NAME",
      description =
          "Engines in turn: anvil, rocksdb, rocksdb-tuned, lmdb, mvstore, mapdb, iq80,"
              + " xodus. Default: anvil,rocksdb,rocksdb-tuned,lmdb.")
  private List<String> engines = List.of("anvil", "rocksdb", "rocksdb-tuned", "lmdb");

  @Option(
      names = "--workloads",
      split = ",",
      paramLabel = "NAME",
      description = "Workloads in turn. Default: all. Known: ${COMPLETION-CANDIDATES}.",
      completionCandidates = WorkloadNames.class)
  private List<String> workloads = new WorkloadNames().names();

  @Option(
      names = "--entries",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "Entries of a filled store. Default: ${DEFAULT-VALUE}.")
  private long entries;

  @Option(
      names = "--key-bytes",
      paramLabel = "N",
      defaultValue = "16",
      description = "Length of keys. Default: ${DEFAULT-VALUE}.")
  private int keyBytes;

  @Option(
      names = "--key-shape",
      paramLabel = "SHAPE",
      defaultValue = "decimal",
      description = "decimal, binary or prefixed. Default: ${DEFAULT-VALUE}.")
  private String keyShape = "";

  @Option(
      names = "--value-bytes",
      paramLabel = "N",
      defaultValue = "100",
      description = "Length of values. Default: ${DEFAULT-VALUE}.")
  private int valueBytes;

  @Option(
      names = "--codec",
      paramLabel = "CODEC",
      defaultValue = "none",
      description = "Compression of blocks: none or lz4. Default: ${DEFAULT-VALUE}.")
  private String codec = "";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often everything is repeated. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "1",
      description = "Threads of the workloads that name no number. Default: ${DEFAULT-VALUE}.")
  private int threads;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      defaultValue = "0",
      description = "Ends the timed part of each workload after so many seconds.")
  private int seconds;

  @Option(
      names = "--heap",
      paramLabel = "SIZE",
      defaultValue = "1g",
      description = "Largest heap of each process. Default: ${DEFAULT-VALUE}.")
  private String heap = "";

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      defaultValue = ".anvil/bench",
      description = "Where the stores go: a disk, not memory. Default:%n  ${DEFAULT-VALUE}.")
  private Path directory = Path.of("");

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      defaultValue = "table",
      description = "table, csv or json. Default: ${DEFAULT-VALUE}.")
  private String format = "";

  @Option(
      names = "--chart",
      paramLabel = "FILE",
      description = "Also draws the ratios to the best peer into an SVG file.")
  private @Nullable Path chart;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "Runs nothing: takes the results from a CSV file of an earlier run.")
  private @Nullable Path from;

  @Option(
      names = "--smoke",
      description = "One round of put, get and scan at a million entries against rocksdb.")
  private boolean isSmoke;

  /** Lists the workloads for the help text. */
  static final class WorkloadNames implements Iterable<String> {
    List<String> names() {
      return Arrays.stream(Workload.values()).map(Workload::toString).toList();
    }

    @Override
    public java.util.Iterator<String> iterator() {
      return names().iterator();
    }
  }

  /** The forms of output. */
  private enum Format {
    TABLE,
    CSV,
    JSON;

    static Format of(String name) {
      return switch (name.toLowerCase(Locale.ROOT)) {
        case "table" -> TABLE;
        case "csv" -> CSV;
        case "json" -> JSON;
        default -> throw new IllegalArgumentException("'" + name + "' is none of table, csv, json");
      };
    }
  }

  /**
   * Runs the command by itself.
   *
   * @param args see {@code --help}
   */
  public static void main(String[] args) {
    System.exit(new CommandLine(new BenchCommand()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    PrintWriter out = spec().commandLine().getOut();
    Format form = parse("--format", () -> Format.of(format));
    if (from != null) {
      List<Result> results = CsvFormat.read(from);
      print(out, form, List.of("from " + from), results);
      draw(results, "from " + from.getFileName());
      return 0;
    }
    BenchOptions options = options();
    List<Result> results = new ArrayList<>();
    BenchRun run =
        new BenchRun(
            options,
            result -> {
              results.add(result);
              if (form == Format.CSV) {
                out.println(CsvFormat.line(result));
                out.flush();
              }
            });
    List<Engine> missing = run.missingEngines();
    if (!missing.isEmpty()) {
      throw new ParameterException(
          spec().commandLine(),
          "not on the class path: " + missing + "; build anvil-bench, or leave them out");
    }
    if (form == Format.CSV) {
      out.println(CsvFormat.HEADER);
      out.flush();
    }
    List<String> failures = run.run();
    if (form != Format.CSV) {
      print(out, form, run.facts(), results);
    }
    draw(results, run.facts().getFirst());
    return failures.isEmpty() ? 0 : FAILED;
  }

  private BenchOptions options() {
    List<String> engineNames = isSmoke ? List.of("anvil", "rocksdb") : engines;
    List<String> workloadNames =
        isSmoke ? List.of("fillrandom", "readrandom", "readseq") : workloads;
    return parse(
        "",
        () ->
            new BenchOptions(
                engineNames.stream().map(Engine::of).distinct().toList(),
                workloadNames.stream().map(Workload::of).distinct().toList(),
                isSmoke ? 1_000_000 : entries,
                parse("--key-shape", () -> KeyShape.of(keyShape)),
                keyBytes,
                valueBytes,
                parse("--codec", this::isLz4),
                isSmoke ? 1 : rounds,
                heap,
                directory,
                seconds,
                threads));
  }

  private boolean isLz4() {
    return switch (codec.toLowerCase(Locale.ROOT)) {
      case "none" -> false;
      case "lz4" -> true;
      default -> throw new IllegalArgumentException("'" + codec + "' is neither none nor lz4");
    };
  }

  private <T> T parse(String option, Callable<T> parser) {
    try {
      return parser.call();
    } catch (ParameterException e) {
      throw e;
    } catch (Exception e) {
      String message = (option.isEmpty() ? "" : option + ": ") + e.getMessage();
      throw new ParameterException(spec().commandLine(), message, e);
    }
  }

  private static void print(
      PrintWriter out, Format form, List<String> facts, List<Result> results) {
    switch (form) {
      case TABLE -> {
        facts.forEach(out::println);
        out.println();
        out.print(TextTable.format(new Medians(results)));
      }
      case CSV -> {
        out.println(CsvFormat.HEADER);
        results.forEach(result -> out.println(CsvFormat.line(result)));
      }
      case JSON -> out.print(JsonFormat.format(facts, results));
    }
    out.flush();
  }

  private void draw(List<Result> results, String caption) throws IOException {
    if (chart != null) {
      Files.writeString(chart, RatioChart.draw(new Medians(results), caption));
    }
  }

  private CommandSpec spec() {
    if (spec == null) {
      throw new IllegalStateException("picocli runs this command");
    }
    return spec;
  }
}
