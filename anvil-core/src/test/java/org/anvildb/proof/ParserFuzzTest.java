package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Feeds each parser of bytes from disk with changed inputs, most of them with their checksums made
 * right again, so that what is behind the checksums is reached. Inputs that make a parser say
 * something new are kept and changed further.
 *
 * <p>The number of inputs is fixed, about a minute of them, so that a run follows from its seed;
 * {@code -Dlong=MINUTES} goes on with other seeds. {@code -Dseed= -Dtarget=} repeats one target.
 * The profile {@code jazzer} runs the same targets under a fuzzer that sees the coverage.
 */
@Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class ParserFuzzTest {
  private static final long SEED = Long.getLong("seed", 20_261_132);
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));
  private static final String TARGET = System.getProperty("target", "");
  private static final int INPUTS = Integer.getInteger("fuzz.inputs", 60_000);
  private static final int MOST_KEPT = 256;
  private static final int MOST_VIOLATIONS = 5;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final List<AssertionError> violations = new ArrayList<>();
  private long inputs;

  @Test
  void theCorpusIsSound() {
    for (FuzzTarget target : FuzzTargets.all(SEED)) {
      for (byte[] input : target.corpus()) {
        byte[] sealed = input.clone();
        target.seal(sealed);
        assertThat(sealed).as(target.name() + ": sealing changes nothing").isEqualTo(input);
        assertThat(target.parse(input).replaceAll("sound|Clean", "")).as(target.name()).isEmpty();
      }
    }
  }

  @Test
  void noInputMakesAParserFailInAnotherWay() {
    long start = System.nanoTime();
    long seed = SEED;
    int targets = 0;
    do {
      for (FuzzTarget target : FuzzTargets.all(seed)) {
        if (target.name().startsWith(TARGET)) {
          targets++;
          fuzz(target, seed);
        }
      }
      seed++;
    } while (violations.isEmpty() && System.nanoTime() - start < LONG_NANOS);
    System.out.printf(
        "fuzzing: %d targets, %,d inputs in %.1f s, %d violations%n",
        targets, inputs, (System.nanoTime() - start) / 1e9, violations.size());
    Violations.throwFirst(violations);
    if (TARGET.isEmpty()) {
      assertThat(targets).isGreaterThanOrEqualTo(29);
      assertThat(inputs).isGreaterThanOrEqualTo(29L * INPUTS);
    }
  }

  private void fuzz(FuzzTarget target, long seed) {
    Random random = new Random(seed);
    InputMutator mutator = new InputMutator(random);
    List<byte[]> kept = new ArrayList<>(target.corpus());
    Set<String> said = new HashSet<>();
    int found = 0;
    for (int i = 0; i < INPUTS && found < 2; i++) {
      byte[] base = kept.get(random.nextInt(kept.size()));
      byte[] input = mutator.change(base, target.window(base), kept);
      if (random.nextInt(8) != 0) {
        target.seal(input);
      }
      inputs++;
      try {
        if (said.add(parse(target, input)) && kept.size() < MOST_KEPT) {
          kept.add(input);
        }
      } catch (RuntimeException | Error e) {
        found++;
        note(target, seed, input, e);
      }
    }
    System.out.printf(
        "fuzzing: %s: %,d inputs, %,d different answers%n", target.name(), INPUTS, said.size());
  }

  private static String parse(FuzzTarget target, byte[] input) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    String words = target.parse(input);
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > target.mostBytes(input)) {
      throw new AssertionError("allocated %,d bytes".formatted(allocated));
    }
    return words;
  }

  private void note(FuzzTarget target, long seed, byte[] input, Throwable e) {
    if (violations.size() < MOST_VIOLATIONS) {
      String hex = input.length > 4096 ? "" : HexFormat.of().formatHex(input);
      violations.add(
          new AssertionError(
              "-Dseed=%d \"-Dtarget=%s\": input %s".formatted(seed, target.name(), hex), e));
    }
  }
}
