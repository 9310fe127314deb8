package org.anvildb.bench.workload;

import java.util.SplittableRandom;
import org.anvildb.bench.data.KeyPermutation;
import org.anvildb.bench.data.KeyShape;
import org.anvildb.bench.data.KeyWriter;
import org.anvildb.bench.data.ValueWriter;

/**
 * The keys and values of a run: the same for all engines. Immutable.
 *
 * <p>Entry {@code i} is the key of number {@code 2 * i}. The odd numbers are absent until a
 * workload inserts them.
 *
 * @param entries how many entries a filled store has
 * @param keys writes keys
 * @param values writes values
 * @param order the random order of the first fill
 */
public record Data(long entries, KeyWriter keys, ValueWriter values, KeyPermutation order) {
  private static final long ORDER_SEED = 7;

  /** Room for the numbers of the queue, which go on where the entries end. */
  private static final long QUEUE_NUMBERS = 4_000_000;

  /**
   * Makes the data of a run.
   *
   * @param entries how many entries a filled store has
   * @param shape what keys look like
   * @param keyBytes how long keys are
   * @param valueBytes how long values are
   */
  public static Data of(long entries, KeyShape shape, int keyBytes, int valueBytes) {
    return new Data(
        entries,
        new KeyWriter(shape, keyBytes, numbers(entries)),
        new ValueWriter(valueBytes),
        new KeyPermutation(entries, ORDER_SEED));
  }

  /** Returns the number that ends the range of the numbers that a run of that size uses. */
  public static long numbers(long entries) {
    return Math.max(2 * entries, QUEUE_NUMBERS);
  }

  /** Returns the same keys and values for a store that has fewer entries. */
  Data first(long fewer) {
    return new Data(fewer, keys, values, new KeyPermutation(fewer, ORDER_SEED));
  }

  /** Writes the key of an entry. */
  byte[] present(long entry, byte[] key) {
    return keys.write(2 * entry, key);
  }

  /** Writes the key that would come behind the key of an entry, and is absent. */
  byte[] absent(long entry, byte[] key) {
    return keys.write(2 * entry + 1, key);
  }

  /** Returns the random numbers of a thread. */
  static SplittableRandom random(int thread) {
    return new SplittableRandom(1000 + thread);
  }
}
