package org.anvildb.bench.leaf;

import java.util.concurrent.TimeUnit;
import org.anvildb.api.Codec;
import org.anvildb.table.Codecs;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A block of 16 KiB that is compressed to about half, there and back. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Lz4 {
  private static final int BLOCK_BYTES = 16 << 10;

  private final Codec codec = Codecs.load().byName("LZ4");
  private final byte[] block = Keys.halfRandom(BLOCK_BYTES);
  private final byte[] target = new byte[codec.maxCompressedLength(BLOCK_BYTES)];
  private final byte[] compressed = new byte[codec.maxCompressedLength(BLOCK_BYTES)];
  private final int length = codec.compress(block, 0, BLOCK_BYTES, compressed, 0);
  private final byte[] restored = new byte[BLOCK_BYTES];

  /** Compresses it. */
  @Benchmark
  public int compress() {
    return codec.compress(block, 0, BLOCK_BYTES, target, 0);
  }

  /** Restores it. */
  @Benchmark
  public byte[] decompress() {
    codec.decompress(compressed, 0, length, restored, 0, BLOCK_BYTES);
    return restored;
  }
}
