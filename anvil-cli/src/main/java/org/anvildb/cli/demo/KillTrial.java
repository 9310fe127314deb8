package org.anvildb.cli.demo;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;

/**
 * Starts a process that writes, kills it with SIGKILL in the middle, opens what it left, and holds
 * that against what it had acknowledged.
 */
final class KillTrial {
  private final Path directory;
  private final List<String> command;

  /**
   * Prepares a trial.
   *
   * @param directory where the database is, which grows from round to round
   * @param command the command line that runs the anvil command, without arguments
   */
  KillTrial(Path directory, List<String> command) {
    this.directory = directory;
    this.command = command;
  }

  /**
   * What a round showed.
   *
   * @param acknowledged the batches that the writers acknowledged
   * @param writeNanos from the first acknowledgement to the kill
   * @param exitCode the exit code of the killed process
   * @param openNanos how long opening took, recovery and all
   * @param survived what was found
   */
  record Result(
      long acknowledged, long writeNanos, int exitCode, long openNanos, TrialCheck survived) {}

  /**
   * Runs a round.
   *
   * @param millis how long the writers may write after the first acknowledgement
   */
  Result run(int round, int writers, Durability durability, long millis)
      throws IOException, InterruptedException {
    var line = new ArrayList<>(command);
    line.addAll(DemoWriter.arguments(directory, round, writers, durability));
    Process process =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var lastWish = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(lastWish);
    long[] counts = new long[writers];
    long writeNanos;
    try (var in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
      process.getOutputStream().close();
      note(in.readLong(), counts);
      Thread killer = Thread.ofPlatform().daemon().start(() -> killAfter(process, millis));
      long start = System.nanoTime();
      drain(in, counts);
      writeNanos = System.nanoTime() - start;
      killer.join();
    } catch (EOFException e) {
      throw new IOException("the writer process ended by itself: " + process.waitFor(), e);
    } finally {
      process.destroyForcibly();
      process.waitFor();
      Runtime.getRuntime().removeShutdownHook(lastWish);
    }
    long opening = System.nanoTime();
    try (Database database = Anvil.open(directory, DemoWriter.options())) {
      long openNanos = System.nanoTime() - opening;
      var check = TrialCheck.run(database, round, counts);
      return new Result(
          Arrays.stream(counts).sum(), writeNanos, process.exitValue(), openNanos, check);
    }
  }

  private static void killAfter(Process process, long millis) {
    try {
      if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // Not by the process itself, which would close the pipe with what is still in it.
    process.toHandle().destroyForcibly();
  }

  /** Counts acknowledgements until the pipe ends: what was sent before the kill counts too. */
  private static void drain(DataInputStream in, long[] counts) throws IOException {
    try {
      while (true) {
        note(in.readLong(), counts);
      }
    } catch (EOFException e) {
      // The writer is dead.
    }
  }

  private static void note(long acknowledgement, long[] counts) throws IOException {
    int writer = DemoWriter.writer(acknowledgement);
    if (writer >= counts.length || DemoWriter.number(acknowledgement) != counts[writer]) {
      throw new IOException("the writer process sent what is no acknowledgement");
    }
    counts[writer]++;
  }
}
