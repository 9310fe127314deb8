package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.anvildb.api.FilterPolicy;
import org.anvildb.storage.AppendFile;
import org.junit.jupiter.api.Test;

/** Holds that the filters miss no key, at any size, and how many absent keys they let through. */
final class PointIndexTest {
  private final MemoryStorage storage = new MemoryStorage();

  private static TableProperties properties(int lines, int locationBits) {
    byte[] none = new byte[0];
    var steps = new PrefixSteps(new long[1], new int[1]);
    return new TableProperties(
        0, 0, 0, 0, 0, 1, 0, lines, 0, FilterPolicy.NONE, locationBits, 0, 0, none, none, steps);
  }

  private PointIndex build(KeyLocations keys, int locationBits) {
    AppendFile file = storage.create("x");
    var out = new PageWriter(file);
    var builder = new PointIndexBuilder(keys, locationBits);
    builder.write(out);
    long bytes = out.position();
    byte[] checksums = out.finishPages();
    file.append(checksums, 0, checksums.length);
    file.close();
    var memory = storage.map("x").memory();
    var footer = new Footer(1, 0, 0, 0, 0, bytes, 0, 0, bytes, checksums.length, 0);
    return new PointIndex(
        new Pages("x", memory, bytes),
        memory,
        footer,
        properties(builder.homeBuckets(), locationBits));
  }

  @Test
  void everyKeyIsHeldAtEverySize() {
    for (int size : new int[] {1, 2, 11, 12, 13, 100, 1000, 50_000, 400_000}) {
      var random = new Random(size);
      var keys = new KeyLocations();
      for (int i = 0; i < size; i++) {
        keys.add(random.nextLong(), i);
      }
      int bits = PointIndexFormat.locationBits(size);
      PointIndex index = build(keys, bits);
      assertThat(index.used()).isEqualTo(size);
      assertAllHeld(index, keys);
    }
  }

  @Test
  void equalHashesOverflowBeyondTheLastBucket() {
    var keys = new KeyLocations();
    for (int i = 0; i < 500; i++) {
      keys.add(i % 2 == 0 ? -1L : -1L << 20, i);
    }
    PointIndex index = build(keys, 32);
    assertThat(index.used()).isEqualTo(500);
    assertAllHeld(index, keys);
  }

  private static void assertAllHeld(PointIndex index, KeyLocations keys) {
    for (int chunk = 0; chunk < keys.chunks(); chunk++) {
      for (int i = 0; i < keys.chunkSize(chunk); i++) {
        long location = Integer.toUnsignedLong(keys.locations(chunk)[i]);
        assertThat(index.holds(keys.hashes(chunk)[i], location)).isTrue();
      }
    }
  }

  @Test
  void theBloomFilterMissesNoKeyAndLetsFewThrough() {
    var random = new Random(5);
    var keys = new KeyLocations();
    for (int i = 0; i < 100_000; i++) {
      keys.add(random.nextLong(), i);
    }
    AppendFile file = storage.create("x");
    var out = new PageWriter(file);
    BloomFilter.write(keys, out);
    long bytes = out.position();
    byte[] checksums = out.finishPages();
    file.append(checksums, 0, checksums.length);
    file.close();
    var memory = storage.map("x").memory();
    var footer = new Footer(1, 0, 0, 0, 0, bytes, 0, 0, bytes, checksums.length, 0);
    var filter =
        new BloomFilter(
            new Pages("x", memory, bytes),
            memory,
            footer,
            properties(BloomFilter.lines(keys.size()), 1));
    for (int i = 0; i < 100_000; i++) {
      assertThat(filter.mayContain(keys.hashes(i >> 14)[i & 16383])).isTrue();
    }
    int through = 0;
    for (int i = 0; i < 100_000; i++) {
      through += filter.mayContain(random.nextLong()) ? 1 : 0;
    }
    assertThat(through).isLessThan(2000);
  }
}
