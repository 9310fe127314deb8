package org.anvildb.bench.check;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import org.anvildb.bench.report.Medians;
import org.anvildb.bench.report.Result;

/**
 * Gathers verdicts. "Best" is the fastest of {@link #PEERS} in the same file; every figure is the
 * median over the rounds. Not thread-safe.
 */
final class Judge {
  static final List<String> ROCKSDB = List.of("rocksdb", "rocksdb-tuned");
  static final List<String> PEERS = List.of("rocksdb", "rocksdb-tuned", "lmdb");

  private final String condition;
  private final List<Verdict> verdicts = new ArrayList<>();

  /**
   * Makes a judge.
   *
   * @param condition what each subject begins with; empty for the usual conditions
   */
  Judge(String condition) {
    this.condition = condition;
  }

  List<Verdict> verdicts() {
    return verdicts;
  }

  void add(Verdict verdict) {
    verdicts.add(verdict);
  }

  /** Our rate must be a multiple of the best peer's. */
  void faster(Medians medians, String workload, double factor) {
    faster(medians, workload, factor, PEERS, "best");
  }

  /** Our rate must be a multiple of that of the fastest of some peers. */
  void faster(
      Medians medians, String workload, double factor, Collection<String> peers, String name) {
    String asked = times(factor) + " " + name;
    OptionalDouble ratio = medians.ratio(workload, peers);
    if (ratio.isEmpty()) {
      add(Verdict.notMeasured(condition + workload, asked));
      return;
    }
    String found =
        String.format(
            Locale.ROOT,
            "%.2fx (%,.0f against %,.0f)",
            ratio.getAsDouble(),
            medians.of(workload, Medians.OURS).map(Result::opsPerSecond).orElse(0.0),
            medians.best(workload, peers).orElse(0));
    add(new Verdict(condition + workload, asked, found, ratio.getAsDouble() >= factor));
  }

  /** The first of two of our rates must be a multiple of the second. */
  void fasterThanOwn(
      String subject, String other, double factor, Optional<Result> ours, Optional<Result> base) {
    String asked = times(factor) + " own " + other;
    if (ours.isEmpty() || base.isEmpty()) {
      add(Verdict.notMeasured(condition + subject, asked));
      return;
    }
    double ratio = ours.get().opsPerSecond() / base.get().opsPerSecond();
    String found = String.format(Locale.ROOT, "%.2fx", ratio);
    add(new Verdict(condition + subject, asked, found, ratio >= factor));
  }

  /** A figure of ours must not be above a limit. */
  void below(
      String subject,
      Optional<Result> ours,
      String unit,
      double limit,
      ToDoubleFunction<Result> figure) {
    String asked = "at most " + figure(limit) + " " + unit;
    if (ours.isEmpty()) {
      add(Verdict.notMeasured(condition + subject, asked));
      return;
    }
    double value = figure.applyAsDouble(ours.get());
    add(new Verdict(condition + subject, asked, figure(value) + " " + unit, value <= limit));
  }

  static String times(double factor) {
    return String.format(Locale.ROOT, "%.1fx", factor);
  }

  static String figure(double value) {
    return String.format(Locale.ROOT, value >= 10 ? "%,.0f" : "%.2f", value);
  }
}
