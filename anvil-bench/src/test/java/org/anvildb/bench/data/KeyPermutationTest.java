package org.anvildb.bench.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyPermutationTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 16, 17, 1000, 65_536, 65_537, 100_003})
  void everyIndexComesUpOnce(int size) {
    for (long seed = 0; seed < 3; seed++) {
      KeyPermutation permutation = new KeyPermutation(size, seed);
      BitSet seen = new BitSet(size);
      for (int i = 0; i < size; i++) {
        long at = permutation.apply(i);
        assertThat(at).as("seed %d, index %d", seed, i).isBetween(0L, size - 1L);
        seen.set((int) at);
      }
      assertThat(seen.cardinality()).as("seed %d", seed).isEqualTo(size);
    }
  }

  @Test
  void neighboursAreFarApart() {
    int size = 1_000_000;
    KeyPermutation permutation = new KeyPermutation(size, 7);
    double sum = 0;
    for (int i = 1; i < 10_000; i++) {
      sum += Math.abs(permutation.apply(i) - permutation.apply(i - 1));
    }
    // A third of the range is what uniformly random neighbours have.
    assertThat(sum / 10_000 / size).isBetween(0.30, 0.37);
  }

  @Test
  void seedsGiveOtherOrders() {
    KeyPermutation a = new KeyPermutation(1000, 1);
    KeyPermutation b = new KeyPermutation(1000, 2);
    int same = 0;
    for (int i = 0; i < 1000; i++) {
      same += a.apply(i) == b.apply(i) ? 1 : 0;
    }
    assertThat(same).isLessThan(20);
  }

  @Test
  void anEmptyDomainIsRefused() {
    assertThatThrownBy(() -> new KeyPermutation(0, 1)).isInstanceOf(IllegalArgumentException.class);
  }
}
