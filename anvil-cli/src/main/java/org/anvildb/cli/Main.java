package org.anvildb.cli;

import org.anvildb.cli.term.Streams;

/** The entry point of the anvil command. */
public final class Main {
  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  private static int run(String[] args) {
    try {
      return AnvilCommand.commandLine(Streams.ofProcess()).execute(args);
    } catch (OutOfMemoryError e) {
      System.err.println("anvil: out of memory (" + e.getMessage() + "); try ANVIL_OPTS=-Xmx4g");
      return ExitCode.BUG;
    } catch (Error e) {
      e.printStackTrace();
      return ExitCode.BUG;
    }
  }
}
