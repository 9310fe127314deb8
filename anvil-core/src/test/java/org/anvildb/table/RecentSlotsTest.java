package org.anvildb.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.anvildb.api.FilterPolicy;
import org.anvildb.table.TableFixture.Shape;
import org.anvildb.table.TableFixture.Version;
import org.junit.jupiter.api.Test;

/** Tests {@link RecentSlots}, and the reads that go through them. */
final class RecentSlotsTest {
  private static final int KEYS = 20_000;

  @Test
  void readsOfFarMoreKeysThanAreRememberedFindEachItsOwn() {
    List<Version> versions = TableFixture.versions(new Random(3), Shape.DECIMAL, KEYS, 2);
    var fixture = new TableFixture(new MemoryStorage());
    for (String codec : List.of("NONE", "LZ4")) {
      var options = fixture.options(codec, FilterPolicy.POINT_INDEX, 4096);
      try (Table table = fixture.open(fixture.write(codec.length(), options, versions))) {
        Random random = new Random(4);
        for (int i = 0; i < 2 * KEYS; i++) {
          // One in two from a hot part, so that slots are both kept and replaced.
          int drawn = random.nextInt(2) == 0 ? versions.size() : 100;
          Version wanted = versions.get(random.nextInt(drawn));
          Version found = TableFixture.mustFind(table, wanted.key(), wanted.sequence());
          assertThat(found.value()).isEqualTo(wanted.value());
          byte[] absent = wanted.key().clone();
          absent[absent.length - 1] = 'x';
          assertThat(TableFixture.find(table, absent, Long.MAX_VALUE)).isNull();
        }
      }
    }
  }

  @Test
  void aPlaceHoldsTheLastSlotThatWasNotedForIt() {
    for (long buckets : new long[] {1, 200, 4_000, 1L << 31}) {
      RecentSlots recent = new RecentSlots(buckets);
      Random random = new Random(buckets);
      for (int i = 0; i < 1000; i++) {
        long hash = random.nextLong();
        long slot = random.nextLong(1L << 32);
        recent.note(hash, slot);
        assertThat(recent.get(hash)).isEqualTo(slot);
      }
    }
  }

  @Test
  void whatWasNeverNotedIsNoSlot() {
    assertThat(new RecentSlots(1).get(-1)).isZero();
  }
}
