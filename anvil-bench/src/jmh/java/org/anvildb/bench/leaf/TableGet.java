package org.anvildb.bench.leaf;

import java.util.concurrent.TimeUnit;
import org.anvildb.api.FilterPolicy;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.table.Table;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Finding a key in a table of 200,000 entries, in random order: by the point index, or without any
 * filter, through the block index and a search in the block. The hash is part of it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TableGet {
  private static final int ENTRIES = 200_000;

  /** What leads to the entry; NONE is the search of blocks. */
  @Param({"POINT_INDEX", "NONE"})
  public FilterPolicy index = FilterPolicy.NONE;

  private final byte[][] present = new byte[ENTRIES][];
  private final byte[][] absent = new byte[ENTRIES][];
  private final FoundEntry found = new FoundEntry();
  private Table table = TableFile.write(1, 1, 0, FilterPolicy.NONE);
  private int next;

  /** Writes the table. */
  @Setup
  public void fill() {
    table = TableFile.write(ENTRIES, 1, 0, index);
    int[] order = Keys.shuffled(ENTRIES);
    for (int i = 0; i < ENTRIES; i++) {
      present[i] = Keys.present(order[i]);
      absent[i] = Keys.absent(order[i]);
    }
  }

  /** Finds a key that is there. */
  @Benchmark
  public boolean hit() {
    return find(present);
  }

  /** Looks for a key that is not there. */
  @Benchmark
  public boolean miss() {
    return find(absent);
  }

  private boolean find(byte[][] keys) {
    byte[] key = keys[next];
    next = next + 1 == ENTRIES ? 0 : next + 1;
    long hash = KeyHash.hash(key, key.length, Keys.HASH_SEED);
    return table.find(key, key.length, hash, Long.MAX_VALUE, found);
  }
}
