package org.anvildb.compact;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SpaceRuleTest {
  private static final long MEMTABLE = 64L << 20;
  private static final long LIVE = 4 * MEMTABLE;
  private static final long LOG = 5 * MEMTABLE / 2;
  private final SpaceRule rule = new SpaceRule(MEMTABLE);

  @Test
  void whoeverMakesNoGarbageIsNeverHeldUp() {
    for (long live = 0; live < 1000 * MEMTABLE; live += 10 * MEMTABLE) {
      SpaceUse use = new SpaceUse(live, 0, live, 2 * live, 6 * MEMTABLE);
      assertThat(rule.share(use)).isZero();
      assertThat(rule.isShort(use)).isFalse();
      assertThat(rule.memtableBytes(live, 0)).isEqualTo(MEMTABLE);
    }
  }

  @Test
  void aQuarterOfGarbageIsAlwaysFree() {
    for (long live = MEMTABLE; live < 100 * MEMTABLE; live += MEMTABLE) {
      SpaceUse use = new SpaceUse(live + live / 6, live / 6, 0, 10 * live, 20 * live);
      assertThat(rule.isShort(use)).isFalse();
    }
  }

  @Test
  void atTheBoundTheShareIsOne() {
    long merging = MEMTABLE;
    long garbage = (long) (1.75 * LIVE) - LOG - merging;
    assertThat(rule.share(new SpaceUse(LIVE + garbage, garbage, 0, merging, LOG)))
        .isBetween(0.999, 1.001);
  }

  @Test
  void theShareGrowsWithGarbageLogAndMerges() {
    double before = rule.share(new SpaceUse(LIVE + MEMTABLE, MEMTABLE, 0, MEMTABLE, LOG));
    assertThat(rule.share(new SpaceUse(LIVE + 2 * MEMTABLE, 2 * MEMTABLE, 0, MEMTABLE, LOG)))
        .isGreaterThan(before);
    assertThat(rule.share(new SpaceUse(LIVE + MEMTABLE, MEMTABLE, 0, MEMTABLE, 2 * LOG)))
        .isGreaterThan(before);
    assertThat(rule.share(new SpaceUse(LIVE + MEMTABLE, MEMTABLE, 0, 2 * MEMTABLE, LOG)))
        .isGreaterThan(before);
    assertThat(rule.share(new SpaceUse(LIVE + MEMTABLE, MEMTABLE, 2 * MEMTABLE, MEMTABLE, LOG)))
        .isGreaterThan(before);
  }

  @Test
  void whoOverwritesLittleDataHasSmallerMemtables() {
    assertThat(rule.memtableBytes(LIVE, 1)).isEqualTo(MEMTABLE / 2);
    assertThat(rule.memtableBytes(16 * MEMTABLE, 1)).isEqualTo(MEMTABLE);
    assertThat(rule.memtableBytes(LIVE, 0.4)).isEqualTo(MEMTABLE);
  }
}
