package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class GroupSizeTest {
  private final GroupSize size = new GroupSize();

  @Test
  void aSingleThreadNeverGathers() {
    assertThat(size.shouldGather(1)).isFalse();
    size.roundOver(1);
    assertThat(size.shouldGather(1)).isFalse();
  }

  @Test
  void aGroupGathersUntilAllOfTheRoundBeforeAreBack() {
    size.roundOver(4);
    assertThat(size.shouldGather(3)).isTrue();
    assertThat(size.shouldGather(4)).isFalse();
    size.roundOver(2);
    assertThat(size.shouldGather(1)).isTrue();
    assertThat(size.shouldGather(2)).isFalse();
  }

  @Test
  void gatheringInVainPausesItForTwiceAsManyRoundsEachTimeUpToABound() {
    assertThat(pauseAfterAMiss()).isEqualTo(1);
    assertThat(pauseAfterAMiss()).isEqualTo(3);
    assertThat(pauseAfterAMiss()).isEqualTo(7);
    for (int i = 0; i < 10; i++) {
      pauseAfterAMiss();
    }
    assertThat(pauseAfterAMiss()).isEqualTo(64);
    size.gathered();
    assertThat(pauseAfterAMiss()).isEqualTo(1);
  }

  private int pauseAfterAMiss() {
    size.gatheredInVain();
    size.roundOver(4);
    int rounds = 1;
    while (!size.shouldGather(1)) {
      size.roundOver(4);
      rounds++;
    }
    return rounds;
  }
}
