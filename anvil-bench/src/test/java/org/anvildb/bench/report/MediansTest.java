package org.anvildb.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MediansTest {
  @Test
  void eachFigureIsTheMedianOfItsRounds() {
    Medians medians =
        new Medians(
            List.of(
                Results.of("anvil", "fillseq", 300, 9, 1),
                Results.of("anvil", "fillseq", 100, 7, 2),
                Results.of("anvil", "fillseq", 200, 8, 3)));
    Result median = medians.of("fillseq", "anvil").orElseThrow();
    assertThat(median.opsPerSecond()).isEqualTo(200);
    assertThat(median.maxMicros()).isEqualTo(8);
    assertThat(medians.rounds()).isEqualTo(3);
  }

  @Test
  void theRatioIsAgainstTheFastestPeer() {
    Medians medians =
        new Medians(
            List.of(
                Results.of("anvil", "fillseq", 300, 9, 1),
                Results.of("rocksdb", "fillseq", 50, 9, 1),
                Results.of("lmdb", "fillseq", 100, 9, 1)));
    assertThat(medians.ratio("fillseq")).hasValue(3.0);
    assertThat(medians.ratio("fillseq", List.of("rocksdb"))).hasValue(6.0);
    assertThat(medians.ratio("readseq")).isEmpty();
  }
}
