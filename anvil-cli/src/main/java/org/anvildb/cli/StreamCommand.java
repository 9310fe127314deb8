package org.anvildb.cli;

import java.util.concurrent.Callable;
import org.anvildb.cli.term.Streams;
import picocli.CommandLine.Option;

/** A command that writes to streams, which are flushed when it is done. */
abstract class StreamCommand implements Callable<Integer> {
  final Streams streams;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  StreamCommand(Streams streams) {
    this.streams = streams;
  }

  /** Does the work; returns an {@link ExitCode}. */
  abstract int run() throws Exception;

  @Override
  public final Integer call() throws Exception {
    int code = run();
    streams.out().flush();
    return code;
  }
}
