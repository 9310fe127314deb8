package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How a child JVM ended.
 *
 * @param exit its exit code; above 128 where a signal ended it
 * @param output all that it printed
 */
record ChildEnd(int exit, String output) {
  private static final Duration DUMP = Duration.ofSeconds(5);

  /**
   * Runs a child to its end. One that does not end in time hangs, and fails the test with the
   * stacks of its threads.
   */
  static ChildEnd of(List<String> command, Path output, Duration limit)
      throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean hasEnded = child.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    if (!hasEnded) {
      new ProcessBuilder("kill", "-QUIT", Long.toString(child.pid())).start().waitFor();
      child.waitFor(DUMP.toMillis(), TimeUnit.MILLISECONDS);
      child.destroyForcibly().waitFor();
    }
    String text = Files.readString(output, StandardCharsets.ISO_8859_1);
    assertThat(hasEnded).as("ended within %s: %s", limit, text).isTrue();
    return new ChildEnd(child.exitValue(), text);
  }

  /** Returns the lines that begin with a word, without it. */
  List<String> lines(String word) {
    return output
        .lines()
        .filter(line -> line.startsWith(word))
        .map(line -> line.substring(word.length()).strip())
        .toList();
  }
}
