package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Holds that the cache stays within its bounds and gives the right block. */
final class BlockCacheTest {
  private static CachedBlock block(CachedBlocks home, int ordinal, int bytes) {
    byte[] restored = new byte[bytes];
    restored[0] = (byte) ordinal;
    return new CachedBlock(home, ordinal, restored, bytes);
  }

  @Test
  void staysWithinItsCapacityAndKeepsWhatIsUsed() {
    var cache = new BlockCache(100_000);
    var home = new CachedBlocks(1, 1000);
    var random = new Random(2);
    cache.put(block(home, 0, 1000));
    for (int i = 0; i < 20_000; i++) {
      int ordinal = 1 + random.nextInt(999);
      assertThat(cache.get(home, 0)).isNotNull();
      CachedBlock held = cache.get(home, ordinal);
      if (held == null) {
        cache.put(block(home, ordinal, 500 + random.nextInt(1000)));
      } else {
        assertThat(held.ordinal).isEqualTo(ordinal);
      }
      assertThat(cache.usedBytes()).isBetween(1000L, 100_000L);
    }
    assertThat(cache.usedBytes()).isGreaterThan(95_000);
    assertThat(cache.hits()).isGreaterThan(20_000);
    assertThat(cache.hits() + cache.misses()).isEqualTo(40_000);
  }

  @Test
  void evictsOneTableAlone() {
    var cache = new BlockCache(64 << 20);
    var first = new CachedBlocks(1, 100);
    var second = new CachedBlocks(2, 100);
    for (int i = 0; i < 100; i++) {
      cache.put(block(first, i, 1000));
      cache.put(block(second, i, 10));
    }
    cache.evict(1);
    assertThat(cache.usedBytes()).isEqualTo(1000);
    assertThat(cache.get(first, 3)).isNull();
    assertThat(cache.get(second, 3)).isNotNull();
  }

  @Test
  void holdsNothingOfAClosedTableNorWithoutCapacity() {
    var cache = new BlockCache(1 << 20);
    var home = new CachedBlocks(1, 1);
    home.close();
    cache.put(block(home, 0, 10));
    assertThat(cache.usedBytes()).isZero();
    var none = new BlockCache(0);
    none.put(block(new CachedBlocks(2, 1), 0, 10));
    assertThat(none.usedBytes()).isZero();
  }
}
