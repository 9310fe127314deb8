package org.anvildb.cli.term;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads from and writes to, and what stands at the other end. Text is always UTF-8.
 *
 * @param in the standard input
 * @param out the standard output; buffered, and unlike {@code System.out} it reports failures
 * @param err the standard error
 * @param outTerminal whether a terminal shows the output
 * @param errTerminal whether a terminal shows the errors
 * @param width the columns of the terminal
 * @param color whether colours are wanted, on a terminal
 */
public record Streams(
    InputStream in,
    OutputStream out,
    PrintStream err,
    boolean outTerminal,
    boolean errTerminal,
    int width,
    boolean color) {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int DEFAULT_WIDTH = 80;

  /** Returns the streams of this process. */
  public static Streams ofProcess() {
    return new Streams(
        new FileInputStream(FileDescriptor.in),
        new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES),
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
        isTerminal("anvil.terminal.out"),
        isTerminal("anvil.terminal.err"),
        terminalWidth(),
        System.getenv().getOrDefault("NO_COLOR", "").isEmpty());
  }

  /** Returns the style of the output. */
  public Style style() {
    return new Style(outTerminal && color);
  }

  /** Returns the style of the errors. */
  public Style errStyle() {
    return new Style(errTerminal && color);
  }

  /** Writes text to the output. */
  public void print(String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a line to the output. */
  public void println(String line) throws IOException {
    print(line + "\n");
  }

  /** The launcher tells each stream apart; without it, only the JVM's console is known. */
  private static boolean isTerminal(String property) {
    String told = System.getProperty(property);
    if (told != null) {
      return told.equals("true");
    }
    var console = System.console();
    return console != null && console.isTerminal();
  }

  private static int terminalWidth() {
    String columns = System.getenv().getOrDefault("COLUMNS", "");
    return columns.matches("[0-9]{1,4}") ? Math.max(40, Integer.parseInt(columns)) : DEFAULT_WIDTH;
  }
}
