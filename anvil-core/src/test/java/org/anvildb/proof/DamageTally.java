package org.anvildb.proof;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.anvildb.proof.DamageOracle.Outcome;

/** The counts of a damage suite, and what it found. Not thread-safe. */
final class DamageTally {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int MOST_VIOLATIONS = 5;

  private final String suite;
  private final long start = System.nanoTime();
  private final long startOfProcessor = THREADS.getCurrentThreadCpuTime();
  private final Map<String, EnumMap<Outcome, Long>> outcomes = new TreeMap<>();
  private final List<AssertionError> violations = new ArrayList<>();
  private long states;

  DamageTally(String suite) {
    this.suite = suite;
  }

  /**
   * Plays one state.
   *
   * @param kind what it is counted under
   * @param address what repeats it
   * @param state does the damage and holds what must hold
   * @return what came of it; null if that was a violation
   */
  Outcome play(String kind, Supplier<String> address, Supplier<Outcome> state) {
    states++;
    try {
      Outcome outcome = state.get();
      outcomes
          .computeIfAbsent(kind, _ -> new EnumMap<>(Outcome.class))
          .merge(outcome, 1L, Long::sum);
      return outcome;
    } catch (RuntimeException | Error e) {
      violations.add(new AssertionError(address.get(), e));
      if (violations.size() == MOST_VIOLATIONS) {
        finish(0);
      }
      return null;
    }
  }

  /** Notes that a state had an outcome that is too good to be true. */
  void violation(String problem) {
    violations.add(new AssertionError(problem));
    if (violations.size() == MOST_VIOLATIONS) {
      finish(0);
    }
  }

  long states() {
    return states;
  }

  /** Returns what some kind of states was counted under so far. */
  Set<String> kinds() {
    return outcomes.keySet();
  }

  long count(String kind, Outcome outcome) {
    var counts = outcomes.get(kind);
    return counts == null ? 0 : counts.getOrDefault(outcome, 0L);
  }

  /** Prints the counts; fails if there were violations, or fewer states than there must be. */
  void finish(long leastStates) {
    outcomes.forEach(
        (kind, counts) -> System.out.printf("%s: %s: %s%n", suite, kind, told(counts)));
    System.out.printf(
        "%s: %,d states in %.1f s (%.1f s of one processor), %d violations%n",
        suite,
        states,
        (System.nanoTime() - start) / 1e9,
        (THREADS.getCurrentThreadCpuTime() - startOfProcessor) / 1e9,
        violations.size());
    Violations.throwFirst(violations);
    ProofTable.record(ProofTable.Row.of(suite), states);
    if (states < leastStates) {
      throw new AssertionError(
          "%s: %,d states, at least %,d were expected".formatted(suite, states, leastStates));
    }
  }

  private static String told(EnumMap<Outcome, Long> counts) {
    StringBuilder text = new StringBuilder();
    counts.forEach((outcome, count) ->
        text.append(text.isEmpty() ? "" : ", ")
            .append("%,d ".formatted(count))
            .append(outcome.name().toLowerCase(java.util.Locale.ROOT)));
    return text.toString();
  }
}
