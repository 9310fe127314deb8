package org.anvildb.bench.leaf;

import java.util.concurrent.TimeUnit;
import org.anvildb.bytes.KeyHash;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The hash of a key. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Hash {
  /** How long the key is. */
  @Param({"8", "16", "100"})
  public int length;

  private byte[] key = new byte[0];

  /** Makes the key. */
  @Setup
  public void fill() {
    key = Keys.halfRandom(length);
  }

  /** Computes it. */
  @Benchmark
  public long hash() {
    return KeyHash.hash(key, key.length, Keys.HASH_SEED);
  }
}
