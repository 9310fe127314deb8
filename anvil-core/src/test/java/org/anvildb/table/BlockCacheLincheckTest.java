package org.anvildb.table;

import java.util.HashMap;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Holds that the block cache is linearizable while it has room: a hit is the block that was put
 * first and not evicted since; and that whatever happens, full or not, its count of bytes is that
 * of the blocks in it, and a closed table leaves none.
 */
@Tag("lincheck")
@Param(name = "table", gen = IntGen.class, conf = "0:2")
public class BlockCacheLincheckTest {
  private static final long MINUTES = Long.getLong("long", 0);
  private static final int INVOCATIONS = 500;
  private static final int TABLES = 3;
  private static final int BYTES = 10;

  private final BlockCache cache = new BlockCache(TABLES * BYTES);
  private final CachedBlocks[] homes = new CachedBlocks[TABLES];

  /** Makes a cache with room for all. */
  public BlockCacheLincheckTest() {
    for (int i = 0; i < TABLES; i++) {
      homes[i] = new CachedBlocks(i, 1);
    }
  }

  /** Puts a block, unless there is one. */
  @Operation
  public void put(@Param(name = "table") int table) {
    cache.put(new CachedBlock(homes[table], 0, new byte[BYTES], BYTES));
  }

  /** Tells whether a block is there. */
  @Operation
  public boolean get(@Param(name = "table") int table) {
    CachedBlock block = cache.get(homes[table], 0);
    return block != null && block.home == homes[table];
  }

  /** Drops a table's block. */
  @Operation
  public void evict(@Param(name = "table") int table) {
    cache.evict(table);
  }

  /** Closes a table, as {@link Table#close} does, for the cache. */
  void close(int table) {
    homes[table].close();
    cache.evict(table);
  }

  /** Counts what is there. */
  @Validate
  public void countsWhatIsThere() {
    long bytes = 0;
    for (CachedBlocks home : homes) {
      CachedBlock block = home.get(0);
      bytes += block == null ? 0 : block.bytes;
      if (block != null && home.closed()) {
        throw new IllegalStateException("a closed table left a block");
      }
    }
    if (bytes != cache.usedBytes()) {
      throw new IllegalStateException(cache.usedBytes() + " bytes are counted of " + bytes);
    }
  }

  /** A cache with room for all, as a map. */
  public static final class Specification {
    private final Map<Integer, Boolean> map = new HashMap<>();

    /** As there. */
    public void put(int table) {
      map.put(table, true);
    }

    /** As there. */
    public boolean get(int table) {
      return map.getOrDefault(table, false);
    }

    /** As there. */
    public void evict(int table) {
      map.remove(table);
    }
  }

  @Test
  void isLinearizable() {
    int drawn = (int) (8 + 120 * MINUTES);
    new ModelCheckingOptions()
        .iterations(drawn)
        .invocationsPerIteration(INVOCATIONS)
        .threads(2)
        .actorsBefore(1)
        .actorsPerThread(3)
        .actorsAfter(1)
        .sequentialSpecification(Specification.class)
        .check(BlockCacheLincheckTest.class);
    System.out.printf(
        "lincheck block cache: %,d scenarios, at most %,d interleavings each, 0 violations%n",
        drawn, INVOCATIONS);
  }
}
