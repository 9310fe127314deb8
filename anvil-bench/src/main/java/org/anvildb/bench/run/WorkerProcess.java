package org.anvildb.bench.run;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.anvildb.bench.workload.Cell;
import org.anvildb.bench.workload.Worker;
import org.jspecify.annotations.Nullable;

/** Starts the JVM of a cell and listens to what it says, one at a time. */
final class WorkerProcess {
  private static final int TAIL_LINES = 15;
  private static final long SAMPLE_MILLIS = 400;

  private final ClassPath classPath;
  private final String heap;
  private volatile @Nullable Process current;

  /**
   * Makes a starter of processes.
   *
   * @param classPath where the engines are
   * @param heap the largest heap, as {@code -Xmx} takes it
   */
  WorkerProcess(ClassPath classPath, String heap) {
    this.classPath = classPath;
    this.heap = heap;
  }

  /**
   * What a process said.
   *
   * @param rows the figures of each row by name
   * @param skipReason why the engine cannot do the workload, or null
   * @param peakBytes the most that the watched directory took on disk, 0 if none was watched
   */
  record Answer(List<Map<String, String>> rows, @Nullable String skipReason, long peakBytes) {}

  /** A cell that failed, with the end of what its process wrote. */
  static final class FailedCellException extends IOException {
    private static final long serialVersionUID = 1;

    FailedCellException(String message) {
      super(message);
    }
  }

  /**
   * Runs a task to its end.
   *
   * @param task what to do
   * @param cell on what
   * @param isWatched whether the bytes on disk are counted while it runs
   * @throws FailedCellException if the process ends with an error
   */
  Answer run(Worker.Task task, Cell cell, boolean isWatched)
      throws IOException, InterruptedException {
    Path errors = Files.createTempFile("anvil-bench", ".log");
    try {
      Process process = start(task, cell, errors);
      Watch watch = new Watch(cell.directory());
      Thread watcher = isWatched ? Thread.ofPlatform().daemon().start(watch) : null;
      List<Map<String, String>> rows = new ArrayList<>();
      String skipReason = null;
      try (BufferedReader lines = process.inputReader()) {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("row ")) {
            rows.add(parse(line));
          } else if (line.startsWith("skip ")) {
            skipReason = line.substring("skip ".length());
          }
        }
      } finally {
        stop(process, watcher);
      }
      if (process.exitValue() != 0) {
        throw failure(cell, process.exitValue(), errors);
      }
      return new Answer(rows, skipReason, watch.peakBytes);
    } finally {
      Files.delete(errors);
    }
  }

  /** Runs a task until it says that it is ready, and kills its process in the middle of a write. */
  void runAndKill(Worker.Task task, Cell cell) throws IOException, InterruptedException {
    Path errors = Files.createTempFile("anvil-bench", ".log");
    try {
      Process process = start(task, cell, errors);
      boolean isReady = false;
      try (BufferedReader lines = process.inputReader()) {
        String line = "";
        while (line != null && !isReady) {
          line = lines.readLine();
          isReady = "ready".equals(line);
        }
      } finally {
        process.destroyForcibly();
        process.waitFor();
      }
      if (!isReady) {
        throw failure(cell, process.exitValue(), errors);
      }
    } finally {
      Files.delete(errors);
    }
  }

  /** Ends the process that runs, if one does; for a run that is broken off. */
  void kill() {
    Process process = current;
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
  }

  private static void stop(Process process, @Nullable Thread watcher) throws InterruptedException {
    if (watcher != null) {
      watcher.interrupt();
      watcher.join();
    }
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      process.waitFor();
    }
  }

  private Process start(Worker.Task task, Cell cell, Path errors) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx" + heap);
    command.addAll(cell.engine().jvmFlags());
    command.add("-cp");
    command.add(classPath.of(cell.engine()));
    command.add(Worker.class.getName());
    command.add(task.name());
    command.addAll(cell.words());
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    current = process;
    return process;
  }

  private static Map<String, String> parse(String line) {
    Map<String, String> figures = new LinkedHashMap<>();
    for (String word : line.substring("row ".length()).split(" ")) {
      int equals = word.indexOf('=');
      figures.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return figures;
  }

  private static FailedCellException failure(Cell cell, int exit, Path errors) throws IOException {
    List<String> lines = Files.readAllLines(errors);
    List<String> tail = lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size());
    return new FailedCellException(
        cell.workload()
            + " on "
            + cell.engine()
            + " ended with exit code "
            + exit
            + "; the last lines of its process:\n  "
            + String.join("\n  ", tail));
  }

  /** Counts the bytes of a directory again and again. */
  private static final class Watch implements Runnable {
    private final Path directory;
    private volatile long peakBytes;

    Watch(Path directory) {
      this.directory = directory;
    }

    @Override
    public void run() {
      try {
        while (true) {
          peakBytes = Math.max(peakBytes, Directories.allocatedBytes(directory));
          Thread.sleep(SAMPLE_MILLIS);
        }
      } catch (IOException | InterruptedException e) {
        // The process ended, or there is nothing to count.
      }
    }
  }
}
