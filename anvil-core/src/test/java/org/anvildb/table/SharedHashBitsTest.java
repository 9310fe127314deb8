package org.anvildb.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.anvildb.api.FilterPolicy;
import org.anvildb.bytes.KeyHash;
import org.anvildb.table.TableFixture.Version;
import org.junit.jupiter.api.Test;

/**
 * Holds that a slot of another key, which has all bits of the hash that a slot of a compressed
 * table has, leads to no older version of a key.
 */
final class SharedHashBitsTest {
  private static final int BLOCK_BYTES = 4096;
  private static final int LOCATION_BITS = 1;

  private final TableFixture fixture = new TableFixture(new MemoryStorage());

  /** Two keys, in order, that agree in what a slot of a table of two blocks has of their hashes. */
  private record Pair(byte[] first, byte[] second) {}

  private static Pair pair() {
    Map<Integer, byte[]> firsts = new HashMap<>();
    for (int i = 0; i < 1 << 18; i++) {
      byte[] key = ("a" + i).getBytes(UTF_8);
      firsts.put(slotBits(key), key);
    }
    for (int i = 0; ; i++) {
      byte[] second = ("b" + i).getBytes(UTF_8);
      byte[] first = firsts.get(slotBits(second));
      if (first != null) {
        return new Pair(first, second);
      }
    }
  }

  private static int slotBits(byte[] key) {
    long hash = KeyHash.hash(key, key.length, TableFixture.SEED);
    return PointIndexFormat.extra(hash, LOCATION_BITS);
  }

  /** A value that fills a block. */
  private static byte[] value(int seed) {
    byte[] value = new byte[BLOCK_BYTES];
    new Random(seed).nextBytes(value);
    return value;
  }

  @Test
  void aSlotOfAnotherKeyLeadsToNoOlderVersion() {
    Pair pair = pair();
    byte[] newest = value(1);
    List<Version> versions =
        List.of(
            new Version(pair.first, 9, newest),
            new Version(pair.first, 5, new byte[] {5}),
            new Version(pair.second, 3, new byte[] {3}));
    var options = fixture.options("LZ4", FilterPolicy.POINT_INDEX, BLOCK_BYTES);
    try (Table table = fixture.open(fixture.write(7, options, versions))) {
      assertThat(table.index().blocks()).isEqualTo(2);
      // The slot in which a key was found last is looked at first.
      for (int i = 0; i < 3; i++) {
        assertThat(TableFixture.mustFind(table, pair.second, Long.MAX_VALUE).value())
            .containsExactly(3);
      }
      assertThat(TableFixture.mustFind(table, pair.first, Long.MAX_VALUE).value())
          .isEqualTo(newest);
      assertThat(TableFixture.mustFind(table, pair.first, 8).value()).containsExactly(5);
    }
  }
}
