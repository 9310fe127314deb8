package org.anvildb.bench.leaf;

import java.util.concurrent.TimeUnit;
import org.anvildb.bytes.KeyHash;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.memtable.Memtable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Finding a key in a memtable of 200,000 entries; its hash is part of it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MemtableGet {
  private static final int ENTRIES = 200_000;

  /** In which order the keys are asked for. */
  @Param({"ascending", "random"})
  public String order = "";

  private final int[] random = Keys.shuffled(ENTRIES);
  private final byte[][] keys = new byte[ENTRIES][];
  private final Memtable memtable = new MemtableLog(random).index();
  private final FoundEntry found = new FoundEntry();
  private int next;

  /** Makes the keys in their order. */
  @Setup
  public void makeKeys() {
    boolean isRandom = "random".equals(order);
    int[] again = Keys.shuffled(ENTRIES / 2);
    for (int i = 0; i < ENTRIES; i++) {
      keys[i] = Keys.present(isRandom ? again[i % again.length] * 2L + i / again.length : i);
    }
  }

  /** Finds one. */
  @Benchmark
  public boolean get() {
    byte[] key = keys[next];
    next = next + 1 == ENTRIES ? 0 : next + 1;
    long hash = KeyHash.hash(key, key.length, Keys.HASH_SEED);
    return memtable.find(0, key, key.length, hash, memtable.limit(), found);
  }
}
