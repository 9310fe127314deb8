package org.anvildb.cli.demo;

import java.io.IOException;
import org.anvildb.cli.term.CellWidth;
import org.anvildb.cli.term.Figures;
import org.anvildb.cli.term.Streams;
import org.anvildb.cli.term.Style;
import org.anvildb.cli.term.TextTable;

/** Prints the demo: chapters with lines below them, each line flushed as it is known. */
public final class DemoScreen {
  private static final int TEXT_WIDTH = 50;
  private static final int TIME_WIDTH = 9;
  private static final int RATE_WIDTH = 15;

  private final Streams streams;
  private final Style style;
  private final TextTable summary = new TextTable("what", ">operations", ">time", ">rate");
  private int chapter;
  private boolean failed;

  /** Starts with an empty screen. */
  public DemoScreen(Streams streams) {
    this.streams = streams;
    this.style = streams.style();
  }

  /** Prints a line. */
  public void line(String text) throws IOException {
    streams.println(text);
    streams.out().flush();
  }

  /** Opens a chapter. */
  void chapter(String title) throws IOException {
    chapter++;
    line("");
    line(style.accent(" " + chapter + " ") + " " + style.bold(title));
  }

  /** Prints what was seen. */
  void note(String text) throws IOException {
    line("    " + style.dim(text));
  }

  /** Prints what was done and how fast, and keeps it for the summary. */
  void measured(String text, String what, long operations, long nanos) throws IOException {
    String time = Figures.duration(nanos);
    String rate = Figures.rate(operations, nanos);
    line(
        "    "
            + CellWidth.pad(text, TEXT_WIDTH)
            + CellWidth.padLeft(time, TIME_WIDTH)
            + CellWidth.padLeft(rate, RATE_WIDTH));
    summary.row(what, Figures.count(operations), time, rate);
  }

  /** Prints whether something holds that must; one failure fails the demo. */
  void check(boolean holds, String text) throws IOException {
    failed |= !holds;
    line("    " + (holds ? style.good("✓ ") : style.bad("✗ ")) + text);
  }

  /** Prints the table of all that was measured. */
  void summary() throws IOException {
    line("");
    streams.print(summary.render(style, "    "));
    streams.out().flush();
  }

  Style style() {
    return style;
  }

  Streams streams() {
    return streams;
  }

  boolean hasFailed() {
    return failed;
  }
}
