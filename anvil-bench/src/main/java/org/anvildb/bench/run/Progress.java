package org.anvildb.bench.run;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Tells on the standard error how far the run is: a line that is written over on a terminal, plain
 * lines elsewhere. One thread uses it.
 */
final class Progress {
  /** What the script that starts the command line found out, since Java cannot. */
  private static final String TERMINAL_PROPERTY = "anvil.terminal.err";

  private static final String CLEAR_LINE = "\r\033[2K";

  private final PrintStream out;
  private final boolean isTerminal;
  private final int cells;
  private final Map<String, Long> lastNanos = new HashMap<>();
  private final long startNanos = System.nanoTime();
  private int done;
  private long cellStartNanos;

  Progress(PrintStream out, boolean isTerminal, int cells) {
    this.out = out;
    this.isTerminal = isTerminal;
    this.cells = cells;
  }

  /** Tells whether the standard error goes to a terminal, as far as Java can know. */
  static boolean isTerminal() {
    String told = System.getProperty(TERMINAL_PROPERTY);
    if (told != null) {
      return Boolean.parseBoolean(told);
    }
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return System.console() != null && System.console().isTerminal();
    }
  }

  /** A cell begins. */
  void begin(int round, int rounds, String workload, String engine) {
    cellStartNanos = System.nanoTime();
    String line =
        String.format(
            "[%d/%d] round %d of %d: %s on %s%s",
            done + 1, cells, round, rounds, workload, engine, timeLeft());
    if (isTerminal) {
      out.print(CLEAR_LINE + line);
      out.flush();
    } else {
      out.println(line);
    }
  }

  /** The cell ended. */
  void end(String workload, String engine) {
    done++;
    lastNanos.put(workload + "/" + engine, System.nanoTime() - cellStartNanos);
  }

  /** Something that must not be written over. */
  void note(String text) {
    out.println((isTerminal ? CLEAR_LINE : "") + text);
  }

  /** The run ended. */
  void close() {
    Duration took = Duration.ofNanos(System.nanoTime() - startNanos);
    note("done in " + format(took));
  }

  /** After the first round the last times of all cells tell; before, the mean must do. */
  private String timeLeft() {
    if (done == 0) {
      return "";
    }
    long mean = (System.nanoTime() - startNanos) / done;
    long round = lastNanos.values().stream().mapToLong(Long::longValue).sum();
    boolean isRepeating = done > lastNanos.size();
    long perCell = isRepeating ? round / lastNanos.size() : mean;
    return ", about " + format(Duration.ofNanos(perCell * (cells - done))) + " left";
  }

  static String format(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 60) {
      return seconds + " s";
    }
    long minutes = (seconds + 30) / 60;
    return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }
}
