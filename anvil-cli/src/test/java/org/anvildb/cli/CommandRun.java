package org.anvildb.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.anvildb.cli.term.Streams;

/**
 * A command that ran in this process, with what it printed.
 *
 * @param code its exit code
 * @param outBytes its output
 * @param err its errors
 */
record CommandRun(int code, byte[] outBytes, String err) {
  /** Runs a command with an empty input. */
  static CommandRun of(String... args) {
    return withInput(new byte[0], args);
  }

  /** Runs a command that reads an input. */
  static CommandRun withInput(byte[] input, String... args) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var streams =
        new Streams(
            new ByteArrayInputStream(input),
            out,
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false,
            80,
            true);
    int code = AnvilCommand.commandLine(streams).execute(args);
    return new CommandRun(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
  }

  String out() {
    return new String(outBytes, StandardCharsets.UTF_8);
  }
}
