package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import java.util.function.Supplier;

/**
 * Plays scripts that copy a database, seed after seed, until there are enough copies, and as long
 * as {@code -Dlong=MINUTES} says.
 *
 * @param what the copies, as the printed line calls them
 * @param compared what was done with them, as it says
 * @param script makes the script of a seed
 * @param copiesOfOne how many copies a script makes
 * @param leastCopies how many there must be
 * @param leastStates how many disks must be looked at that a crash had left
 */
record CopySuite(
    String what,
    String compared,
    LongFunction<? extends CopyScript> script,
    int copiesOfOne,
    long leastCopies,
    long leastStates) {
  private static final long LONG_NANOS = TimeUnit.MINUTES.toNanos(Long.getLong("long", 0));

  /** Plays from a seed on, prints the counts, and throws the violations. */
  void play(long firstSeed) {
    long begin = System.nanoTime();
    List<CopyScript> played = new ArrayList<>();
    long seed = firstSeed;
    do {
      CopyScript run = script.apply(seed++);
      run.play(copiesOfOne);
      played.add(run);
    } while (played.getLast().violations().isEmpty()
        && (copies(played) < leastCopies || System.nanoTime() - begin < LONG_NANOS));
    long states = played.stream().mapToLong(CopyScript::states).sum();
    List<AssertionError> violations = played.getLast().violations();
    System.out.printf(
        "%s: %,d under writes, crashed into %,d states, %,d %s and compared,"
            + " %d violations, seeds %d to %d, %d s%n",
        what,
        copies(played),
        states,
        played.stream().mapToLong(CopyScript::compared).sum(),
        compared,
        violations.size(),
        firstSeed,
        seed - 1,
        TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
    Violations.throwFirst(violations);
    ProofTable.record(ProofTable.Row.COPIES, what, copies(played));
    assertThat(states).isGreaterThanOrEqualTo(leastStates);
  }

  /**
   * Holds that a crash finds what is left out, and that the same with nothing left out is sound.
   *
   * @param control makes a script that was played with nothing left out
   * @param sabotaged makes one that was played with something left out
   */
  static void assertFound(
      Supplier<? extends CopyScript> control, Supplier<? extends CopyScript> sabotaged) {
    assertThat(control.get().violations()).as("with nothing left out").isEmpty();
    assertThat(sabotaged.get().crashViolations()).isPositive();
  }

  private static long copies(List<CopyScript> played) {
    return played.stream().mapToLong(CopyScript::copies).sum();
  }
}
