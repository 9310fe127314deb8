package org.anvildb.memtable;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A gap ends where an entry may be visible, whoever put it, and whenever. */
final class GapsTest {
  private final Gaps gaps = new Gaps();

  private static byte[] key(String key) {
    return key.getBytes(US_ASCII);
  }

  private void put(int keyspace, String... keys) {
    gaps.beginBatch();
    for (String key : keys) {
      gaps.put(keyspace, key(key), key.length());
    }
  }

  private Gap begun(String start) {
    gaps.want(1, key(start));
    gaps.beginBatch();
    return Objects.requireNonNull(gaps.covering(1, key(start)));
  }

  private static @Nullable String end(Gap gap) {
    byte[] end = gap.end(gap.reach());
    return end == null ? null : new String(end, US_ASCII);
  }

  @Test
  void aGapBeginsWithTheNextBatchAndWithoutWidth() {
    gaps.want(1, key("b"));
    assertThat(gaps.covering(1, key("b"))).isNull();
    put(1, "x");
    Gap gap = Objects.requireNonNull(gaps.covering(1, key("b")));
    assertThat(end(gap)).isEqualTo("b");
    assertThat(gaps.covering(1, key("c"))).isNull();
    assertThat(gaps.covering(2, key("b"))).isNull();
  }

  @Test
  void theBatchThatBeginsAGapIsNoted() {
    gaps.want(1, key("b"));
    put(1, "c");
    Gap gap = Objects.requireNonNull(gaps.covering(1, key("b")));
    gaps.extend(gap, key("f"));
    assertThat(end(gap)).isEqualTo("c");
  }

  @Test
  void aPutEndsTheGapBeforeItAndOthersDoNot() {
    Gap gap = begun("b");
    gaps.extend(gap, key("f"));
    put(2, "c");
    put(1, "a", "f", "g");
    assertThat(end(gap)).isEqualTo("f");
    put(1, "d", "e");
    assertThat(end(gap)).isEqualTo("d");
    put(1, "b");
    assertThat(end(gap)).isEqualTo("b");
  }

  @Test
  void aReachOfAnOldViewIsCutByWhatWasPutSince() {
    Gap gap = begun("");
    put(1, "c");
    gaps.extend(gap, key("f"));
    assertThat(end(gap)).isEqualTo("c");
  }

  @Test
  void withNothingBehindTheGapHasNoEnd() {
    Gap gap = begun("b");
    gaps.extend(gap, null);
    assertThat(end(gap)).isNull();
    assertThat(gaps.covering(1, key("zzz"))).isSameAs(gap);
    put(1, "q");
    assertThat(end(gap)).isEqualTo("q");
  }

  @Test
  void aGapThatPutsHinderIsBegunAgainAndTheOldOneEndsForThoseWhoHoldIt() {
    Gap old = begun("b");
    gaps.extend(old, key("d"));
    byte[] reach = old.reach();
    put(1, "f");
    gaps.extend(old, key("h"));
    put(1, "m");
    Gap fresh = Objects.requireNonNull(gaps.covering(1, key("b")));
    assertThat(fresh).isNotSameAs(old);
    assertThat(end(fresh)).isEqualTo("f");
    gaps.extend(fresh, key("h"));
    assertThat(end(fresh)).isEqualTo("h");
    put(1, "c");
    assertThat(end(fresh)).isEqualTo("c");
    assertThat(old.end(reach)).isEqualTo(key("b"));
    gaps.extend(old, key("z"));
    assertThat(end(old)).isEqualTo("b");
  }

  @Test
  void aGapThatMadePlaceForAnotherEndsForThoseWhoHoldIt() {
    Gap first = begun("key00");
    gaps.extend(first, key("x"));
    for (int i = 1; i <= 40; i++) {
      gaps.want(1, key("y%02d".formatted(i)));
      gaps.beginBatch();
    }
    assertThat(gaps.covering(1, key("key00"))).isNull();
    assertThat(end(first)).isEqualTo("key00");
    assertThat(gaps.covering(1, key("y40"))).isNotNull();
  }
}
