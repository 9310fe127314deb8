package org.anvildb.bench.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** The median over the rounds of each figure, by workload and engine. Immutable. */
public final class Medians {
  /** The engine that the others are held against. */
  public static final String OURS = "anvil";

  private final Map<String, Map<String, Result>> byWorkload = new LinkedHashMap<>();
  private final Set<String> engines = new LinkedHashSet<>();
  private final int rounds;

  /**
   * Takes the medians.
   *
   * @param results of all rounds, in any order
   */
  public Medians(Collection<Result> results) {
    Map<String, Map<String, List<Result>>> groups = new LinkedHashMap<>();
    if (results.stream().anyMatch(result -> result.engine().equals(OURS))) {
      engines.add(OURS);
    }
    for (Result result : results) {
      engines.add(result.engine());
      groups
          .computeIfAbsent(result.workload(), name -> new LinkedHashMap<>())
          .computeIfAbsent(result.engine(), name -> new ArrayList<>())
          .add(result);
    }
    groups.forEach((workload, ofEngines) -> {
      Map<String, Result> medians = new LinkedHashMap<>();
      ofEngines.forEach((engine, rounds) -> medians.put(engine, median(rounds)));
      byWorkload.put(workload, medians);
    });
    rounds = results.stream().mapToInt(Result::round).max().orElse(0);
  }

  private static Result median(List<Result> rounds) {
    Result any = rounds.getFirst();
    return new Result(
        any.engine(),
        any.workload(),
        any.entries(),
        any.valueBytes(),
        median(rounds, Result::opsPerSecond),
        median(rounds, Result::p50Micros),
        median(rounds, Result::p99Micros),
        median(rounds, Result::p999Micros),
        median(rounds, Result::maxMicros),
        median(rounds, Result::cpuSeconds),
        median(rounds, Result::rssMb),
        median(rounds, Result::diskMb),
        rounds.size(),
        new Result.Extra(
            median(rounds, r -> r.extra().writtenMb()),
            median(rounds, r -> r.extra().gcCount()),
            median(rounds, r -> r.extra().gcMillis()),
            median(rounds, r -> r.extra().settledMb())));
  }

  /** Of an even number the mean of the two in the middle. */
  private static double median(List<Result> rounds, ToDoubleFunction<Result> figure) {
    double[] sorted = rounds.stream().mapToDouble(figure).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Returns the workloads in the order in which they came. */
  public Set<String> workloads() {
    return byWorkload.keySet();
  }

  /** Returns the engines, ours first, then in the order in which they came. */
  public Set<String> engines() {
    return engines;
  }

  /** Returns the number of the last round. */
  public int rounds() {
    return rounds;
  }

  /** Returns the figures of an engine, if it was measured. */
  public Optional<Result> of(String workload, String engine) {
    return Optional.ofNullable(byWorkload.getOrDefault(workload, Map.of()).get(engine));
  }

  /** Returns the rate of the fastest of some engines, if any was measured. */
  public OptionalDouble best(String workload, Collection<String> among) {
    return among.stream()
        .flatMap(engine -> of(workload, engine).stream())
        .mapToDouble(Result::opsPerSecond)
        .max();
  }

  /** Returns our rate divided by that of the fastest peer, if both were measured. */
  public OptionalDouble ratio(String workload) {
    Set<String> peers = new LinkedHashSet<>(engines);
    peers.remove(OURS);
    return ratio(workload, peers);
  }

  /** Returns our rate divided by that of the fastest of some peers, if both were measured. */
  public OptionalDouble ratio(String workload, Collection<String> peers) {
    Optional<Result> ours = of(workload, OURS);
    OptionalDouble best = best(workload, peers);
    return ours.isPresent() && best.isPresent()
        ? OptionalDouble.of(ours.get().opsPerSecond() / best.getAsDouble())
        : OptionalDouble.empty();
  }
}
