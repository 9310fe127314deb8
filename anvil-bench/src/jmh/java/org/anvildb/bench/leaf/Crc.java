package org.anvildb.bench.leaf;

import java.util.concurrent.TimeUnit;
import org.anvildb.bytes.Checksum;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The CRC32C of a record and of a page, on the heap. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Crc {
  /** How many bytes. */
  @Param({"128", "16384"})
  public int length;

  private byte[] bytes = new byte[0];

  /** Makes the bytes. */
  @Setup
  public void fill() {
    bytes = Keys.halfRandom(length);
  }

  /** Computes it. */
  @Benchmark
  public int crc() {
    return Checksum.of(bytes, 0, bytes.length);
  }
}
