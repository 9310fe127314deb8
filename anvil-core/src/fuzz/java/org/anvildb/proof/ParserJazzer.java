package org.anvildb.proof;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.List;

/**
 * The targets of {@link ParserFuzzTest} under a fuzzer that sees which branches an input reaches.
 * An input is no file but a list of changes to a sound one, so that short inputs lead far.
 */
class ParserJazzer {
  private static final int MOST_CHANGES = 32;
  private static final List<FuzzTarget> TARGETS = FuzzTargets.all(1);

  @FuzzTest(maxDuration = "60s")
  void noInputMakesAParserFailInAnotherWay(FuzzedDataProvider data) {
    parse(data, TARGETS);
  }

  /** Has one of the targets parse what the data make of one of its sound inputs. */
  static void parse(FuzzedDataProvider data, List<FuzzTarget> targets) {
    FuzzTarget target = data.pickValue(targets);
    byte[] input = data.pickValue(target.corpus()).clone();
    boolean isSealed = data.consumeBoolean();
    if (data.consumeBoolean()) {
      input = Arrays.copyOf(input, data.consumeInt(0, input.length + 256));
    }
    FuzzTarget.Window window = target.window(input);
    int from = Math.min(window.from(), input.length);
    int to = Math.min(window.to(), input.length);
    for (int i = 0; i < MOST_CHANGES && from < to && data.remainingBytes() > 0; i++) {
      int at = data.consumeInt(from, to - 1);
      byte[] written = data.consumeBytes(data.consumeInt(1, 8));
      System.arraycopy(written, 0, input, at, Math.min(written.length, to - at));
    }
    if (isSealed) {
      target.seal(input);
    }
    target.parse(input);
  }
}
