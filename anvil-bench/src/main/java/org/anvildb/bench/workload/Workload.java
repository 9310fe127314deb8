package org.anvildb.bench.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.anvildb.bench.engine.ScanForm;

/** The workloads by name, each with the state that it starts from and how far it goes. */
public enum Workload {
  /** Puts in the order of the keys. */
  FILLSEQ(Start.EMPTY, Extent.ENTRIES, 0, WriteSteps::sequential),
  /** Puts in a random order. Its store, settled, is what the others start from. */
  FILLRANDOM(Start.EMPTY, Extent.ENTRIES, 0, WriteSteps::shuffled),
  /** Batches of a thousand puts in a random order. */
  FILLBATCH(Start.EMPTY, Extent.BATCHES, 1, WriteSteps::batches),
  /** Puts in a random order, each waiting until it is on disk. */
  FILLSYNC(Start.EMPTY, Extent.SYNCS, 1, WriteSteps::shuffled),
  /** The same from four threads. */
  FILLSYNC4(Start.EMPTY, Extent.SYNCS, 4, WriteSteps::shuffled),
  /** Puts on keys drawn at random, as many as there are entries. */
  OVERWRITE(Start.COPY, Extent.ENTRIES, 0, WriteSteps::overwrite),
  /** Gets of keys drawn at random. */
  READRANDOM(Start.FILLED, Extent.WINDOW, 0, ReadSteps::random),
  /** The same from two threads. */
  READRANDOM2(Start.FILLED, Extent.WINDOW, 2, ReadSteps::random),
  /** Gets of keys drawn at random from one in a hundred. */
  READHOT(Start.FILLED, Extent.WINDOW, 0, ReadSteps::hot),
  /** Gets of absent keys that lie between those that are there. */
  READMISSING(Start.FILLED, Extent.WINDOW, 0, ReadSteps::missing),
  /** Scans forward into arrays. */
  READSEQ(Start.FILLED, Extent.WINDOW, 1, ReadSteps.scan(ScanForm.COPYING)),
  /** Scans backward into arrays. */
  READREVERSE(Start.FILLED, Extent.WINDOW, 1, ReadSteps.scan(ScanForm.REVERSE)),
  /** Scans forward in the cheapest form that the engine has. */
  READSEQINPLACE(Start.FILLED, Extent.WINDOW, 1, ReadSteps.scan(ScanForm.IN_PLACE)),
  /** Seeks a key drawn at random, reads it and moves on ten times. */
  SEEKRANDOM(Start.FILLED, Extent.WINDOW, 0, ReadSteps::seek),
  /** One thread gets, another one puts as fast as it can; two lines in the report. */
  READWHILEWRITING(Start.COPY, Extent.WINDOW, 2, ReadSteps::random),
  /** Deletes in the order of the keys. */
  DELETESEQ(Start.COPY, Extent.ENTRIES, 1, WriteSteps::delete),
  /** Puts at one end; at the other, seeks the first key and deletes it. */
  QUEUE(Start.EMPTY, Extent.POPS, 1, QueueStep::make),
  /** A major compaction of the filled store, half of it overwritten, the last of it unsettled. */
  COMPACT(Start.COPY, Extent.ONCE, 1, WriteSteps::overwrite),
  /** Opening after a clean close, and after the process was killed; two lines in the report. */
  REOPEN(Start.COPY, Extent.ONCE, 1, WriteSteps::overwrite),
  /** Half reads, half updates. */
  YCSB_A(Start.COPY, Extent.WINDOW, 0, YcsbSteps.a()),
  /** 95 % reads, updates. */
  YCSB_B(Start.COPY, Extent.WINDOW, 0, YcsbSteps.b()),
  /** Reads alone. */
  YCSB_C(Start.COPY, Extent.WINDOW, 0, YcsbSteps.c()),
  /** 95 % reads of what is new, inserts. */
  YCSB_D(Start.COPY, Extent.WINDOW, 0, YcsbSteps.d()),
  /** 95 % scans of 1 to 100 entries, inserts. */
  YCSB_E(Start.COPY, Extent.WINDOW, 0, YcsbSteps.e()),
  /** Half reads, half read-modify-writes. */
  YCSB_F(Start.COPY, Extent.WINDOW, 0, YcsbSteps.f()),
  /** Overwrites every entry five times; the report has the most bytes that were on disk. */
  SPACECHURN(Start.COPY, Extent.CHURN, 1, WriteSteps::churn);

  /** What a workload finds when it starts. */
  public enum Start {
    /** An empty directory. */
    EMPTY,
    /** The filled, settled store itself, which the workload does not change. */
    FILLED,
    /** A copy of the filled, settled store. */
    COPY
  }

  /** How far a workload goes, unless the time that the user allows ends it. */
  enum Extent {
    ENTRIES,
    BATCHES,
    SYNCS,
    POPS,
    CHURN,
    ONCE,
    WINDOW;

    private static final long SYNC_STEPS = 5000;
    private static final long POP_STEPS = 1_000_000;
    private static final long CHURN_PASSES = 5;

    /** Returns the number of steps of all threads together. */
    long steps(long entries) {
      return switch (this) {
        case ENTRIES -> entries;
        case BATCHES -> Math.max(1, entries / WriteSteps.BATCH);
        case SYNCS -> Math.min(entries, SYNC_STEPS);
        case POPS -> POP_STEPS;
        case CHURN -> Math.max(1, CHURN_PASSES * entries / WriteSteps.CHURN_BATCH);
        case ONCE -> 1;
        case WINDOW -> Long.MAX_VALUE;
      };
    }
  }

  private final Start start;
  private final Extent extent;
  private final int threads;
  private final StepMaker steps;

  Workload(Start start, Extent extent, int threads, StepMaker steps) {
    this.start = start;
    this.extent = extent;
    this.threads = threads;
    this.steps = steps;
  }

  /** Returns what the workload finds when it starts. */
  public Start start() {
    return start;
  }

  Extent extent() {
    return extent;
  }

  StepMaker steps() {
    return steps;
  }

  /** Returns how many threads take part, where the user asks for some number. */
  int threads(int asked) {
    return threads == 0 ? asked : threads;
  }

  /** Tells whether each put waits until it is on disk. */
  public boolean isSync() {
    return extent == Extent.SYNCS;
  }

  /**
   * Finds a workload by the name that {@link #toString} gives it.
   *
   * @param name the name
   * @return the workload
   * @throws IllegalArgumentException for an unknown name, with the known ones
   */
  public static Workload of(String name) {
    for (Workload workload : values()) {
      if (workload.toString().equals(name)) {
        return workload;
      }
    }
    throw new IllegalArgumentException(
        "no workload is called '"
            + name
            + "': "
            + Arrays.stream(values()).map(Workload::toString).collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
