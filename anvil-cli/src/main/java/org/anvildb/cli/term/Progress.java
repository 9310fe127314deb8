package org.anvildb.cli.term;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A line on the standard error that tells how far a job is: how many items, how fast, and of which
 * share of the whole. Appears when the job takes more than a second, and only on a terminal.
 *
 * <p>Any thread may report; one daemon thread draws.
 */
public final class Progress implements AutoCloseable {
  private static final long FIRST_MILLIS = 1_000;
  private static final long NEXT_MILLIS = 200;
  private static final int BAR_WIDTH = 20;
  private static final String CLEAR = "\r\u001b[2K";

  private final Streams streams;
  private final String verb;
  private final String unit;
  private final long total;
  private final long startNanos = System.nanoTime();
  private final AtomicLong items = new AtomicLong();
  private final AtomicLong position = new AtomicLong();
  private final Thread drawer = Thread.ofPlatform().daemon().name("progress").unstarted(this::draw);

  private Progress(Streams streams, String verb, String unit, long total) {
    this.streams = streams;
    this.verb = verb;
    this.unit = unit;
    this.total = total;
  }

  /**
   * Starts a job.
   *
   * @param verb what is being done, for example {@code "loading"}
   * @param unit what is counted, for example {@code "rows"}
   * @param total the position at which the job ends, or 0 if that is not known
   */
  public static Progress start(Streams streams, String verb, String unit, long total) {
    var progress = new Progress(streams, verb, unit, total);
    if (streams.errTerminal()) {
      progress.drawer.start();
    }
    return progress;
  }

  /** Reports that more items are done. */
  public void add(long count) {
    items.addAndGet(count);
  }

  /** Reports how far into the whole the job is. */
  public void at(long reached) {
    position.set(reached);
  }

  /** Returns how many items are done. */
  public long items() {
    return items.get();
  }

  /** Returns the time since the start. */
  public long nanos() {
    return System.nanoTime() - startNanos;
  }

  /** Takes the line off the terminal. */
  @Override
  public void close() {
    drawer.interrupt();
    boolean interrupted = false;
    while (drawer.isAlive()) {
      try {
        drawer.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void draw() {
    boolean drawn = false;
    try {
      Thread.sleep(FIRST_MILLIS);
      while (true) {
        streams.err().print(CLEAR + CellWidth.cut(line(), streams.width() - 1));
        streams.err().flush();
        drawn = true;
        Thread.sleep(NEXT_MILLIS);
      }
    } catch (InterruptedException e) {
      if (drawn) {
        streams.err().print(CLEAR);
        streams.err().flush();
      }
    }
  }

  private String line() {
    long done = items.get();
    String counts =
        verb + " " + Figures.count(done) + " " + unit + "  " + Figures.rate(done, nanos());
    if (total <= 0) {
      return counts;
    }
    long percent = Math.min(100, 100 * position.get() / total);
    return Bar.of(position.get(), total, BAR_WIDTH) + " " + percent + " %  " + counts;
  }
}
