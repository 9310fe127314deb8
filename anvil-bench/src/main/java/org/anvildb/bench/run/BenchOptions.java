package org.anvildb.bench.run;

import java.nio.file.Path;
import java.util.List;
import org.anvildb.bench.data.KeyShape;
import org.anvildb.bench.engine.Engine;
import org.anvildb.bench.workload.Cell;
import org.anvildb.bench.workload.Data;
import org.anvildb.bench.workload.Workload;

/**
 * What a run measures.
 *
 * @param engines in the order in which they take turns
 * @param workloads in the order in which they are run
 * @param entries how many entries a filled store has
 * @param keyShape what keys look like
 * @param keyBytes how long keys are
 * @param valueBytes how long values are
 * @param lz4 whether blocks are compressed
 * @param rounds how often everything is repeated
 * @param heap the largest heap of each process, as {@code -Xmx} takes it
 * @param directory where the stores go
 * @param capSeconds how long the timed part of a workload takes at most, 0 for its own end
 * @param threads how many threads take part in the workloads that leave it open
 */
public record BenchOptions(
    List<Engine> engines,
    List<Workload> workloads,
    long entries,
    KeyShape keyShape,
    int keyBytes,
    int valueBytes,
    boolean lz4,
    int rounds,
    String heap,
    Path directory,
    int capSeconds,
    int threads) {
  private static final long MAX_ENTRIES = 1L << 30;
  private static final int MAX_LMDB_KEY_BYTES = 511;
  private static final int MAX_VALUE_BYTES = 1 << 20;
  private static final int MAX_THREADS = 64;

  /** Checks the limits. */
  public BenchOptions {
    inRange("--entries", entries, 1000, MAX_ENTRIES);
    int minKeyBytes = keyShape.minBytes(Data.numbers(entries));
    inRange("--key-bytes", keyBytes, minKeyBytes, MAX_LMDB_KEY_BYTES);
    inRange("--value-bytes", valueBytes, 0, MAX_VALUE_BYTES);
    inRange("--rounds", rounds, 1, 1000);
    inRange("--seconds", capSeconds, 0, 86_400);
    inRange("--threads", threads, 1, MAX_THREADS);
    if (!heap.matches("\\d+[kKmMgG]")) {
      throw new IllegalArgumentException("--heap is a size such as 512m or 2g, not '" + heap + "'");
    }
    engines = List.copyOf(engines);
    workloads = List.copyOf(workloads);
  }

  private static void inRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          name + " is " + value + ": it must be between " + min + " and " + max);
    }
  }

  /** Makes the cell of an engine and a workload. */
  Cell cell(Engine engine, Workload workload, Path store, Path scratch) {
    return new Cell(
        engine,
        workload,
        store,
        scratch,
        entries,
        keyShape,
        keyBytes,
        valueBytes,
        lz4,
        threads,
        capSeconds);
  }

  /** Returns the keys and values of all entries together. */
  public long rawBytes() {
    return entries * (keyBytes + valueBytes);
  }
}
