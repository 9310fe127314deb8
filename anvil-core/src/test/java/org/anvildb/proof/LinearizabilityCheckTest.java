package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.anvildb.proof.HistoryCall.Conditional;
import org.anvildb.proof.HistoryCall.View;
import org.anvildb.proof.HistoryCall.Write;
import org.junit.jupiter.api.Test;

/**
 * Holds that the check for linearizability knows right histories from wrong ones: by hand, and
 * against a search through all orders.
 */
final class LinearizabilityCheckTest {
  private static final int KEYS = 2;
  private static final long SEED = Long.getLong("seed", 20_261_129);

  private final List<RecordedCall> history = new ArrayList<>();

  private LinearizabilityCheckTest call(int lane, long invoked, long returned, HistoryCall call) {
    history.add(new RecordedCall(lane, invoked, returned, call));
    return this;
  }

  private static View both(int first, int second, long sequence) {
    return new View(new int[] {0, 1}, new int[] {first, second}, sequence);
  }

  private static Write batch(int first, int second) {
    return new Write(new int[] {0, 1}, new int[] {first, second});
  }

  private void isRight() {
    new LinearizabilityCheck(KEYS, 0).add(history);
  }

  private void isWrong() {
    assertThatThrownBy(this::isRight)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("not linearizable");
  }

  @Test
  void aReadMaySeeAWriteThatOverlapsOrNot() {
    call(0, 1, 4, Write.of(0, 7)).call(1, 2, 3, View.of(0, 7)).isRight();
    history.clear();
    call(0, 1, 4, Write.of(0, 7)).call(1, 2, 3, View.of(0, 0)).isRight();
  }

  @Test
  void aReadBehindAWriteSeesIt() {
    call(0, 1, 2, Write.of(0, 7)).call(1, 3, 4, View.of(0, 0)).isWrong();
  }

  @Test
  void aReadBeforeAWriteDoesNotSeeIt() {
    call(1, 1, 2, View.of(0, 7)).call(0, 3, 4, Write.of(0, 7)).isWrong();
  }

  @Test
  void aValueThatNobodyWroteIsWrong() {
    call(0, 1, 4, Write.of(0, 7)).call(1, 2, 3, View.of(0, 8)).isWrong();
  }

  @Test
  void valuesDoNotComeBack() {
    call(0, 1, 2, Write.of(0, 7)).call(0, 3, 8, Write.of(0, 8));
    call(1, 4, 5, View.of(0, 8)).call(1, 6, 7, View.of(0, 7)).isWrong();
  }

  @Test
  void readersAgreeOnTheOrderOfWritesThatOverlap() {
    call(0, 1, 20, Write.of(0, 7)).call(1, 2, 19, Write.of(0, 8));
    call(2, 3, 4, View.of(0, 7)).call(2, 5, 6, View.of(0, 8));
    isRight();
    call(3, 7, 8, View.of(0, 7)).isWrong();
  }

  @Test
  void twoReadersThatSeeTwoKeysInDifferentOrdersAreWrong() {
    call(0, 1, 20, Write.of(0, 7)).call(1, 2, 19, Write.of(1, 8));
    call(2, 3, 10, both(7, 0, -1)).isRight();
    call(3, 4, 11, both(0, 8, -1)).isWrong();
  }

  @Test
  void halfABatchIsWrong() {
    call(0, 1, 4, batch(7, 8)).call(1, 2, 3, both(7, 0, -1)).isWrong();
    history.clear();
    call(0, 1, 8, batch(7, 8)).call(1, 2, 3, View.of(0, 7)).call(1, 4, 5, View.of(1, 0)).isWrong();
  }

  @Test
  void ofOneKeyTwiceInABatchTheLastWins() {
    call(0, 1, 8, new Write(new int[] {0, 0}, new int[] {7, 8}));
    call(1, 2, 3, View.of(0, 8)).isRight();
    call(1, 4, 5, View.of(0, 7)).isWrong();
  }

  @Test
  void aViewSeesAsManyWritesAsItSays() {
    call(0, 1, 2, Write.of(0, 7)).call(0, 3, 4, Write.of(1, 8)).call(1, 5, 6, both(7, 8, 2));
    isRight();
    call(1, 7, 8, both(7, 8, 1)).isWrong();
  }

  @Test
  void conditionsHoldAtOneMoment() {
    call(0, 1, 4, new Conditional(0, HistoryCall.ABSENT, 7, true));
    call(1, 2, 3, new Conditional(0, HistoryCall.ABSENT, 8, false)).isRight();
    history.clear();
    call(0, 1, 4, new Conditional(0, HistoryCall.ABSENT, 7, true));
    call(1, 2, 3, new Conditional(0, HistoryCall.ABSENT, 8, true)).isWrong();
    history.clear();
    call(0, 1, 2, Write.of(0, 7));
    call(0, 3, 6, new Conditional(0, 7, 8, true)).call(1, 4, 5, new Conditional(0, 7, 9, true));
    isWrong();
  }

  @Test
  void aPresentKeyIsAnyValue() {
    call(0, 1, 2, Write.of(0, 7)).call(1, 3, 4, View.of(0, HistoryCall.PRESENT)).isRight();
    call(0, 5, 6, Write.of(0, HistoryCall.ABSENT));
    call(1, 7, 8, View.of(0, HistoryCall.PRESENT)).isWrong();
  }

  /**
   * Small histories, as many right ones as wrong ones, are judged as a search of all orders does.
   */
  @Test
  void judgesAsASearchThroughAllOrders() {
    Random random = new Random(SEED);
    int right = 0;
    int histories = 20_000;
    for (int i = 0; i < histories; i++) {
      List<RecordedCall> calls = randomHistory(random);
      boolean isRight = explained(calls, new int[KEYS], 0);
      right += isRight ? 1 : 0;
      assertThatCode(
              () -> {
                boolean judged = true;
                try {
                  new LinearizabilityCheck(KEYS, 0).add(calls);
                } catch (AssertionError e) {
                  judged = false;
                }
                assertThat(judged).isEqualTo(isRight);
              })
          .as("-Dseed=%s history %s: %s", SEED, i, calls)
          .doesNotThrowAnyException();
    }
    System.out.printf(
        "linearizability check: %,d histories, %,d of them right%n", histories, right);
    assertThat(right).isBetween(histories / 10, histories * 9 / 10);
  }

  private static List<RecordedCall> randomHistory(Random random) {
    int lanes = 3;
    List<Integer> ends = new ArrayList<>();
    for (int lane = 0; lane < lanes; lane++) {
      ends.addAll(Collections.nCopies(2 * (1 + random.nextInt(2)), lane));
    }
    Collections.shuffle(ends, random);
    long[] invoked = new long[lanes];
    List<RecordedCall> calls = new ArrayList<>();
    for (int at = 1; at <= ends.size(); at++) {
      int lane = ends.get(at - 1);
      if (invoked[lane] == 0) {
        invoked[lane] = at;
      } else {
        calls.add(new RecordedCall(lane, invoked[lane], at, randomCall(random)));
        invoked[lane] = 0;
      }
    }
    return calls;
  }

  private static HistoryCall randomCall(Random random) {
    int key = random.nextInt(KEYS);
    int value = 1 + random.nextInt(2);
    return switch (random.nextInt(6)) {
      case 0 -> Write.of(key, random.nextInt(3));
      case 1 -> batch(value, random.nextInt(3));
      case 2 -> new Conditional(key, random.nextInt(4) - 1, value, random.nextBoolean());
      case 3 -> both(random.nextInt(3), random.nextInt(3), random.nextInt(4) - 1);
      default -> View.of(key, random.nextInt(4) - 1);
    };
  }

  /** Tells whether some order explains the calls: tries each that may come first, and so on. */
  private static boolean explained(List<RecordedCall> calls, int[] values, long writes) {
    if (calls.isEmpty()) {
      return true;
    }
    long firstReturn = calls.stream().mapToLong(RecordedCall::returned).min().orElseThrow();
    for (RecordedCall call : calls) {
      int[] after = Arrays.copyOf(values, KEYS);
      if (call.invoked() < firstReturn && call.call().apply(after, writes)) {
        List<RecordedCall> others = new ArrayList<>(calls);
        others.remove(call);
        if (explained(others, after, writes + (call.call().writes() ? 1 : 0))) {
          return true;
        }
      }
    }
    return false;
  }
}
