package org.anvildb.bench.leaf;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.anvildb.api.FilterPolicy;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.cursor.MergingCursor;
import org.anvildb.table.Table;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Stepping through 200,000 entries in several tables, whose keys come in turn. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Merge {
  private static final int ENTRIES = 200_000;

  /** How many tables there are. */
  @Param({"2", "4", "8"})
  public int sources;

  private final List<Table> tables = new ArrayList<>();

  /** Writes the tables. */
  @Setup
  public void fill() {
    for (int i = 0; i < sources; i++) {
      tables.add(TableFile.write(ENTRIES, sources, i, FilterPolicy.NONE));
    }
  }

  /** Goes through all entries. */
  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public long scan() {
    long bytes = 0;
    List<InternalCursor> cursors = new ArrayList<>();
    tables.forEach(table -> cursors.add(table.cursor()));
    try (InternalCursor merged = MergingCursor.of(cursors)) {
      for (boolean on = merged.seekFirst(); on; on = merged.next()) {
        bytes += merged.valueLength();
      }
    }
    return bytes;
  }
}
