package org.anvildb.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.anvildb.bench.engine.Engine;
import org.anvildb.bench.report.Result;
import org.anvildb.bench.workload.Cell;
import org.anvildb.bench.workload.Worker;
import org.anvildb.bench.workload.Workload;

/**
 * Runs all cells: in each round each workload, on each engine in turn, so that a machine that gets
 * slower gets slower for all.
 *
 * <p>An engine's filled store comes from its {@code fillrandom} of the same round, or is filled
 * once if that is not measured. One thread uses a run, once.
 */
public final class BenchRun {
  private static final double BYTES_PER_MB = 1e6;

  private final BenchOptions options;
  private final ClassPath classPath;
  private final WorkerProcess worker;
  private final Path directory;
  private final Progress progress;
  private final Consumer<Result> results;
  private final List<String> failures = new ArrayList<>();

  /**
   * Prepares a run.
   *
   * @param options what to measure
   * @param results gets each result as soon as it is there
   * @throws IOException if the directory cannot be used
   */
  public BenchRun(BenchOptions options, Consumer<Result> results) throws IOException {
    this.options = options;
    this.results = results;
    classPath = ClassPath.find();
    worker = new WorkerProcess(classPath, options.heap());
    Files.createDirectories(options.directory());
    directory = options.directory().toRealPath().resolve("run-" + ProcessHandle.current().pid());
    int cells = options.rounds() * options.workloads().size() * options.engines().size();
    progress = new Progress(System.err, Progress.isTerminal(), cells);
  }

  /** Returns the engines that were asked for and are not on the class path. */
  public List<Engine> missingEngines() {
    return options.engines().stream().filter(engine -> !classPath.has(engine)).toList();
  }

  /** Returns what was measured on what, line by line. */
  public List<String> facts() {
    List<String> facts = new ArrayList<>(Machine.facts(options));
    for (Engine engine : options.engines()) {
      String version = classPath.version(engine).map(number -> " " + number).orElse("");
      facts.add(engine + version + ": " + engine.settings());
    }
    return facts;
  }

  /**
   * Runs everything.
   *
   * @return what failed, cell by cell
   */
  public List<String> run() throws IOException, InterruptedException {
    Thread cleaner = new Thread(this::breakOff);
    Runtime.getRuntime().addShutdownHook(cleaner);
    try {
      for (int round = 1; round <= options.rounds(); round++) {
        for (Workload workload : options.workloads()) {
          for (Engine engine : options.engines()) {
            runCell(engine, workload, round);
          }
        }
      }
    } finally {
      Directories.delete(directory);
      Runtime.getRuntime().removeShutdownHook(cleaner);
    }
    progress.close();
    return failures;
  }

  private void breakOff() {
    worker.kill();
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      System.err.println("left behind: " + directory + " (" + e.getMessage() + ")");
    }
  }

  private void runCell(Engine engine, Workload workload, int round)
      throws IOException, InterruptedException {
    progress.begin(round, options.rounds(), workload.toString(), engine.toString());
    try {
      if (workload == Workload.REOPEN) {
        reopen(engine, round);
      } else {
        measure(engine, workload, round);
      }
    } catch (WorkerProcess.FailedCellException e) {
      String message = String.valueOf(e.getMessage());
      failures.add(message);
      progress.note(message);
    }
    progress.end(workload.toString(), engine.toString());
  }

  private void measure(Engine engine, Workload workload, int round)
      throws IOException, InterruptedException {
    Path store = prepare(engine, workload.start());
    Cell cell = options.cell(engine, workload, store, scratch(engine));
    boolean isWatched = workload == Workload.SPACECHURN;
    WorkerProcess.Answer answer = worker.run(Worker.Task.MEASURE, cell, isWatched);
    if (answer.skipReason() != null) {
      progress.note(workload + " on " + engine + " is skipped: " + answer.skipReason());
    }
    long settled = Directories.allocatedBytes(store);
    long disk = isWatched ? Math.max(settled, answer.peakBytes()) : settled;
    for (Map<String, String> row : answer.rows()) {
      results.accept(result(cell, row, row.getOrDefault("workload", ""), disk, settled, round));
    }
    if (workload == Workload.FILLRANDOM && options.capSeconds() == 0) {
      Directories.delete(filled(engine));
      Files.move(store, filled(engine));
      Directories.sync(filled(engine));
    } else if (workload.start() != Workload.Start.FILLED) {
      Directories.delete(store);
    }
  }

  /**
   * The first opening finds a store that was closed, the second one of a process that was killed.
   */
  private void reopen(Engine engine, int round) throws IOException, InterruptedException {
    Path store = prepare(engine, Workload.Start.COPY);
    Cell cell = options.cell(engine, Workload.REOPEN, store, scratch(engine));
    report(worker.run(Worker.Task.OPEN, cell, false), cell, "reopen", round);
    worker.runAndKill(Worker.Task.WRITE_ON, cell);
    report(worker.run(Worker.Task.OPEN, cell, false), cell, "reopen-killed", round);
    Directories.delete(store);
  }

  private void report(WorkerProcess.Answer answer, Cell cell, String name, int round)
      throws IOException {
    long disk = Directories.allocatedBytes(cell.directory());
    answer.rows().forEach(row -> results.accept(result(cell, row, name, disk, disk, round)));
  }

  /** Brings a store into the state that a workload starts from. */
  private Path prepare(Engine engine, Workload.Start start)
      throws IOException, InterruptedException {
    Path work = directory.resolve(engine.toString()).resolve("work");
    Directories.delete(work);
    Directories.delete(scratch(engine));
    Files.createDirectories(scratch(engine));
    if (start == Workload.Start.EMPTY) {
      Files.createDirectories(work);
      return work;
    }
    Path filled = filled(engine);
    if (!Files.exists(filled)) {
      Files.createDirectories(filled);
      Cell cell = options.cell(engine, Workload.FILLRANDOM, filled, scratch(engine));
      worker.run(Worker.Task.FILL, cell, false);
      Directories.sync(filled);
    }
    if (start == Workload.Start.FILLED) {
      return filled;
    }
    Directories.copy(filled, work, engine == Engine.LMDB);
    return work;
  }

  private Path filled(Engine engine) {
    return directory.resolve(engine.toString()).resolve("filled");
  }

  private Path scratch(Engine engine) {
    return directory.resolve(engine.toString()).resolve("scratch");
  }

  private static Result result(
      Cell cell, Map<String, String> row, String workload, long disk, long settled, int round) {
    return new Result(
        cell.engine().toString(),
        workload,
        cell.entries(),
        cell.valueBytes(),
        figure(row, "ops_per_s"),
        figure(row, "p50_us"),
        figure(row, "p99_us"),
        figure(row, "p999_us"),
        figure(row, "max_us"),
        figure(row, "cpu_s"),
        figure(row, "rss_mb"),
        disk / BYTES_PER_MB,
        round,
        new Result.Extra(
            figure(row, "written_mb"),
            figure(row, "gc_count"),
            figure(row, "gc_ms"),
            settled / BYTES_PER_MB));
  }

  private static double figure(Map<String, String> row, String name) {
    return Double.parseDouble(row.getOrDefault(name, "NaN"));
  }
}
