package org.anvildb.bench.leaf;

import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.anvildb.memtable.Memtable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Indexing a put, on average from an empty memtable to one of 200,000 entries. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MemtablePut {
  private static final int ENTRIES = 200_000;

  /** In which order the keys come. */
  @Param({"ascending", "random"})
  public String order = "";

  private MemtableLog log = new MemtableLog(new int[0]);

  /** Writes the log. */
  @Setup
  public void fill() {
    boolean isRandom = "random".equals(order);
    log =
        new MemtableLog(isRandom ? Keys.shuffled(ENTRIES) : IntStream.range(0, ENTRIES).toArray());
  }

  /** Puts all entries. */
  @Benchmark
  @OperationsPerInvocation(ENTRIES)
  public Memtable put() {
    return log.index();
  }
}
