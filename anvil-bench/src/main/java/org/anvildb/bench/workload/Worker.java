package org.anvildb.bench.workload;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.anvildb.bench.data.Sink;
import org.anvildb.bench.engine.Session;
import org.anvildb.bench.engine.Store;
import org.anvildb.bench.engine.StoreOptions;

/**
 * The process that runs one engine: does one task on one cell and writes lines to its standard
 * output.
 *
 * <p>{@code row name=value ...} is a line of the report, {@code skip reason} tells that the engine
 * cannot do the workload, {@code ready} that the process may be killed. Whatever else an engine
 * prints is not for us.
 */
public final class Worker {
  private static final long WARM_ENTRIES = 200_000;
  private static final int WARM_COMPACTIONS = 3;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(4);
  private static final long QUEUE_NANOS = TimeUnit.SECONDS.toNanos(20);

  /** Which part of the entries is overwritten before a process is killed. */
  private static final int UNFLUSHED_SHARE = 4;

  /** Which part of the entries is overwritten before a compaction. */
  private static final int GARBAGE_SHARE = 2;

  /** Which part of them is overwritten last, so that every engine has something to merge. */
  private static final int FRESH_SHARE = 100;

  private static final int ENDLESS_FILLS = 20;

  private final Cell cell;
  private final Data data;
  private final PrintStream out;

  private Worker(Cell cell, PrintStream out) {
    this.cell = cell;
    this.data = cell.data();
    this.out = out;
  }

  /** What a process can be asked to do. */
  public enum Task {
    /** Measures the workload. */
    MEASURE,
    /** Fills the store without measuring. */
    FILL,
    /** Overwrites until the process is killed. */
    WRITE_ON,
    /** Measures opening the store. */
    OPEN
  }

  /**
   * Does a task.
   *
   * @param args the task, then the words of the cell
   */
  public static void main(String[] args) {
    int exit = 0;
    try {
      Cell cell = Cell.parse(Arrays.asList(args).subList(1, args.length));
      new Worker(cell, System.out).run(Task.valueOf(args[0]));
    } catch (UnsupportedOperationException e) {
      System.out.println("skip " + e.getMessage());
    } catch (Throwable e) {
      e.printStackTrace();
      exit = 1;
    }
    // Threads that an engine left behind must not keep the process alive.
    System.out.flush();
    System.exit(exit);
  }

  private void run(Task task) {
    switch (task) {
      case MEASURE -> measure();
      case FILL -> fill();
      case WRITE_ON -> writeOn();
      case OPEN -> open();
    }
  }

  private Store openStore() {
    return cell.engine().open(cell.directory(), cell.storeOptions());
  }

  private void measure() {
    switch (cell.workload()) {
      case COMPACT -> measureCompaction();
      case READWHILEWRITING -> measureReadWhileWriting();
      default -> measureSteps();
    }
  }

  private void measureSteps() {
    Workload workload = cell.workload();
    boolean isWindow = workload.extent() == Workload.Extent.WINDOW;
    if (!isWindow) {
      warmUp();
    }
    int threads = workload.threads(cell.threads());
    List<Outcome> outcomes = new ArrayList<>();
    Store store = openStore();
    store.settle();
    ProcessCost.resetPeak();
    Crew crew = new Crew(store, data).add(workload.steps(), threads);
    crew.run(isWindow ? new Warmth() : null, workload.extent().steps(data.entries()), limitNanos());
    outcomes.add(crew.outcome(workload.toString(), 0, threads));
    if (crew.step(0) instanceof QueueStep queue) {
      outcomes.addAll(queue.ends());
    }
    finish(store, outcomes, crew.costAtStart());
  }

  private void measureReadWhileWriting() {
    Store store = openStore();
    store.settle();
    ProcessCost.resetPeak();
    // The writer as a second thread: drawing as the first, it would write what is read next.
    Crew crew =
        new Crew(store, data)
            .add(ReadSteps::random, 1)
            .add((d, s, thread, threads) -> WriteSteps.overwrite(d, s, thread + 1, threads), 1);
    crew.run(new Warmth(), Long.MAX_VALUE, limitNanos());
    List<Outcome> outcomes =
        List.of(
            crew.outcome("readwhilewriting", 0, 1), crew.outcome("readwhilewriting-writes", 1, 1));
    finish(store, outcomes, crew.costAtStart());
  }

  /**
   * Overwrites many entries, and then a few, which are left in memory: they lie all over the keys,
   * so that whatever an engine did of its own before, it must flush and then rewrite everything.
   * Without them RocksDB had nothing left to do after settling (all in its last level: 0.03 to 0.2
   * ms), where AnvilDB still had 28 MB in memory, and so rewrote everything.
   */
  private void measureCompaction() {
    warmUpCompaction();
    Store store = openStore();
    overwrite(store, data.entries() / GARBAGE_SHARE);
    store.settle();
    overwrite(store, Math.max(1, data.entries() / FRESH_SHARE));
    ProcessCost.resetPeak();
    ProcessCost before = ProcessCost.now();
    long start = System.nanoTime();
    store.compact();
    long nanos = System.nanoTime() - start;
    finish(store, List.of(Outcome.single("compact", data.entries(), nanos)), before);
  }

  private void overwrite(Store store, long entries) {
    new Crew(store, data).add(WriteSteps::overwrite, 1).run(null, entries, Long.MAX_VALUE);
  }

  private long limitNanos() {
    long own =
        switch (cell.workload().extent()) {
          case WINDOW -> WINDOW_NANOS;
          case POPS -> QUEUE_NANOS;
          default -> Long.MAX_VALUE;
        };
    return cell.capSeconds() == 0
        ? own
        : Math.min(own, TimeUnit.SECONDS.toNanos(cell.capSeconds()));
  }

  /**
   * Lets the compilers see the workload on another, small store, until they are done with it. It
   * starts over again and again, so that flushes and compactions come up too.
   */
  private void warmUp() {
    Data few = fewEntries();
    try (Store store = openScratch()) {
      if (cell.workload().start() != Workload.Start.EMPTY) {
        fill(store, few);
      }
      new Crew(store, few)
          .add(cell.workload().steps(), cell.workload().threads(cell.threads()))
          .run(new Warmth(), 0, Long.MAX_VALUE);
    }
    deleteScratch();
  }

  private void warmUpCompaction() {
    Data few = fewEntries();
    try (Store store = openScratch()) {
      for (int i = 0; i < WARM_COMPACTIONS; i++) {
        fill(store, few);
        store.compact();
      }
    }
    deleteScratch();
  }

  private static void fill(Store store, Data data) {
    new Crew(store, data).add(WriteSteps::shuffled, 1).run(null, data.entries(), Long.MAX_VALUE);
  }

  private Data fewEntries() {
    return data.first(Math.min(WARM_ENTRIES, data.entries()));
  }

  private Store openScratch() {
    StoreOptions options = new StoreOptions(false, cell.lz4(), cell.rawBytes());
    return cell.engine().open(cell.scratch(), options);
  }

  /**
   * Settles the store, since work that was put off belongs to the price, then prints the rows. The
   * store is closed and settled once more, so that all that a close leaves to the next opening is
   * done when its bytes on disk are counted.
   */
  private void finish(Store store, List<Outcome> outcomes, ProcessCost before) {
    store.settle();
    ProcessCost cost = ProcessCost.now().since(before);
    store.close();
    if (cell.workload().start() != Workload.Start.FILLED) {
      settleAgain();
    }
    outcomes.forEach(outcome -> printRow(outcome, cost));
  }

  private void settleAgain() {
    try (Store store = openStore()) {
      store.settle();
    }
  }

  private void fill() {
    try (Store store = openStore()) {
      fill(store, data);
      store.settle();
    }
    settleAgain();
  }

  /** Ends by itself at some time, should nobody be left to end it. */
  private void writeOn() {
    Store store = openStore();
    Session session = store.session();
    Step step = WriteSteps.overwrite(data, session, 0, 1);
    long unflushed = data.entries() / UNFLUSHED_SHARE;
    for (long i = 0; i < ENDLESS_FILLS * data.entries(); i++) {
      step.run(i);
      if (i == unflushed) {
        out.println("ready");
        out.flush();
      }
    }
  }

  /** Opens another store first, so that classes and libraries are loaded. */
  private void open() {
    StoreOptions options = cell.storeOptions();
    try (Store store = cell.engine().open(cell.scratch(), options);
        Session session = store.session()) {
      session.put(data.present(0, data.keys().newKey()), data.values().newValue());
      session.get(data.present(0, data.keys().newKey()), new Sink());
    }
    deleteScratch();
    ProcessCost before = ProcessCost.now();
    byte[] key = data.present(data.entries() / 2, data.keys().newKey());
    long start = System.nanoTime();
    Store store = openStore();
    Session session = store.session();
    ReadSteps.expect(session.get(key, new Sink()));
    long nanos = System.nanoTime() - start;
    session.close();
    store.close();
    printRow(Outcome.single("reopen", 1, nanos), ProcessCost.now().since(before));
  }

  private void printRow(Outcome outcome, ProcessCost cost) {
    out.println(
        String.format(
            Locale.ROOT,
            "row workload=%s ops_per_s=%.3f p50_us=%.3f p99_us=%.3f p999_us=%.3f max_us=%.3f"
                + " cpu_s=%.3f rss_mb=%.1f written_mb=%.1f gc_count=%d gc_ms=%d",
            outcome.workload(),
            outcome.unitsPerSecond(),
            outcome.percentileMicros(50),
            outcome.percentileMicros(99),
            outcome.percentileMicros(99.9),
            outcome.maxMicros(),
            cost.cpuSeconds(),
            cost.peakRssMb(),
            cost.writtenMb(),
            cost.gcCount(),
            cost.gcMillis()));
  }

  private void deleteScratch() {
    try (Stream<Path> files = Files.list(cell.scratch())) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
