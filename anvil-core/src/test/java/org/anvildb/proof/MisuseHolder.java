package org.anvildb.proof;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;

/** Another process that opens a database, tells how that went, and holds it. */
final class MisuseHolder implements AutoCloseable {
  private final Process process;
  private final BufferedReader lines;

  private MisuseHolder(Process process) {
    this.process = process;
    this.lines = process.inputReader();
  }

  static MisuseHolder start(Path directory) throws IOException {
    List<String> command = new ArrayList<>(ChildJvm.command(MisuseHolder.class, "-Xmx64m"));
    command.add(directory.toString());
    return new MisuseHolder(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Asks a process of its own whether a directory can be opened; returns "open" or why not. */
  static String ask(Path directory) throws IOException {
    try (MisuseHolder holder = start(directory)) {
      return holder.answer();
    }
  }

  String answer() throws IOException {
    return lines.readLine();
  }

  long pid() {
    return process.pid();
  }

  /** Kills the process, as a crash would. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }

  public static void main(String[] args) throws IOException {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try (Database db = Anvil.open(Path.of(args[0]))) {
      db.put(SeedKeys.bytes("held"), SeedKeys.bytes("yes"));
      out.println("open");
      while (System.in.read() >= 0) {
        // Holds the database until the parent closes the pipe.
      }
    } catch (AnvilException e) {
      out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
    }
  }
}
