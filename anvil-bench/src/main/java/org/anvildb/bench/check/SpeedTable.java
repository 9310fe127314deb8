package org.anvildb.bench.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.anvildb.bench.report.Medians;
import org.anvildb.bench.report.Result;

/**
 * The speed that is asked, line by line.
 *
 * <p>"Best" is the better of {@code rocksdb}, {@code rocksdb-tuned} and {@code lmdb} in the same
 * file; every figure is the median over the rounds. One thread uses it, once.
 */
final class SpeedTable {
  private static final List<String> PEERS = List.of("rocksdb", "rocksdb-tuned", "lmdb");
  private static final List<String> ROCKSDB = List.of("rocksdb", "rocksdb-tuned");
  private static final double MILLI = 1000;
  private static final double MB = 1e6;

  /** What lasts as long as the store is large is judged by a line of its own. */
  private static final Set<String> NO_SINGLE_OPERATION =
      Set.of("compact", "reopen", "reopen-killed", "queue-early", "queue-late");

  private final Medians medians;
  private final int keyBytes;
  private final List<Verdict> verdicts = new ArrayList<>();

  private SpeedTable(Medians medians, int keyBytes) {
    this.medians = medians;
    this.keyBytes = keyBytes;
  }

  /**
   * Judges all lines.
   *
   * @param medians what was measured
   * @param keyBytes how long keys were, which the file does not tell
   */
  static List<Verdict> judge(Medians medians, int keyBytes) {
    SpeedTable table = new SpeedTable(medians, keyBytes);
    table.judgeWrites();
    table.judgeReads();
    table.judgeUpkeep();
    table.judgeMixes();
    table.judgeSpace();
    table.judgeLongest();
    return table.verdicts;
  }

  private void judgeWrites() {
    faster("fillrandom", 3.0);
    faster("fillseq", 1.8);
    faster("fillbatch", 2.5);
    faster("overwrite", 4.0);
    below("overwrite p99.9", "overwrite", "us", 100, Result::p999Micros);
    below("overwrite max", "overwrite", "ms", 50, r -> r.maxMicros() / MILLI);
    faster("fillsync", 1.2);
    faster("fillsync4", 1.5);
  }

  private void judgeReads() {
    faster("readrandom", 2.2);
    faster("readrandom2", 2.8);
    fasterThanOwn("readrandom2", "readrandom", 1.8);
    faster("readhot", 2.5);
    faster("readmissing", 2.5);
    faster("readseq", 3.0);
    faster("readseqinplace", 3.0);
    faster("readreverse", 2.0);
    faster("seekrandom", 3.0);
    faster("readwhilewriting", 1.3);
    faster("readwhilewriting-writes", 3.0);
  }

  private void judgeUpkeep() {
    faster("deleteseq", 3.0);
    faster("queue", 3.0);
    fasterThanOwn("queue-late", "queue-early", 0.8);
    faster("compact", 1.0, ROCKSDB, "the better rocksdb");
    below("reopen", "reopen", "ms", 50, r -> r.maxMicros() / MILLI);
    below("reopen-killed", "reopen-killed", "ms", 1000, r -> r.maxMicros() / MILLI);
  }

  private void judgeMixes() {
    for (String mix : List.of("a", "b", "c", "d", "e", "f")) {
      faster("ycsb-" + mix, 2.0);
    }
  }

  private void judgeSpace() {
    below("disk, settled", "fillrandom", "x the raw bytes", 1.10, this::timesRaw);
    below("disk, most in spacechurn", "spacechurn", "x the raw bytes", 2.2, this::timesRaw);
  }

  private double timesRaw(Result r) {
    return r.diskMb() * MB / (r.entries() * (keyBytes + r.valueBytes()));
  }

  private void judgeLongest() {
    String subject = "longest operation";
    double limit = 100;
    String worst = "";
    double longest = -1;
    for (String workload : medians.workloads()) {
      double millis =
          NO_SINGLE_OPERATION.contains(workload)
              ? -1
              : medians.of(workload, Medians.OURS).map(r -> r.maxMicros() / MILLI).orElse(-1.0);
      if (millis > longest) {
        longest = millis;
        worst = workload;
      }
    }
    String asked = "at most 100 ms in any workload";
    verdicts.add(
        longest < 0
            ? Verdict.notMeasured(subject, asked)
            : new Verdict(subject, asked, figure(longest) + " ms in " + worst, longest <= limit));
  }

  private void faster(String workload, double factor) {
    faster(workload, factor, PEERS, "best");
  }

  private void faster(String workload, double factor, List<String> peers, String name) {
    String asked = String.format(Locale.ROOT, "%.1fx %s", factor, name);
    OptionalDouble ratio = medians.ratio(workload, peers);
    if (ratio.isEmpty()) {
      verdicts.add(Verdict.notMeasured(workload, asked));
      return;
    }
    String found =
        String.format(
            Locale.ROOT,
            "%.2fx (%,.0f against %,.0f)",
            ratio.getAsDouble(),
            medians.of(workload, Medians.OURS).map(Result::opsPerSecond).orElse(0.0),
            medians.best(workload, peers).orElse(0));
    verdicts.add(new Verdict(workload, asked, found, ratio.getAsDouble() >= factor));
  }

  private void fasterThanOwn(String workload, String other, double factor) {
    String subject = workload + " / " + other;
    String asked = String.format(Locale.ROOT, "%.1fx own %s", factor, other);
    Optional<Result> ours = medians.of(workload, Medians.OURS);
    Optional<Result> base = medians.of(other, Medians.OURS);
    if (ours.isEmpty() || base.isEmpty()) {
      verdicts.add(Verdict.notMeasured(subject, asked));
      return;
    }
    double ratio = ours.get().opsPerSecond() / base.get().opsPerSecond();
    String found = String.format(Locale.ROOT, "%.2fx", ratio);
    verdicts.add(new Verdict(subject, asked, found, ratio >= factor));
  }

  private void below(
      String subject, String workload, String unit, double limit, ToDoubleFunction<Result> figure) {
    String asked = "at most " + figure(limit) + " " + unit;
    Optional<Result> ours = medians.of(workload, Medians.OURS);
    if (ours.isEmpty()) {
      verdicts.add(Verdict.notMeasured(subject, asked));
      return;
    }
    double value = figure.applyAsDouble(ours.get());
    verdicts.add(new Verdict(subject, asked, figure(value) + " " + unit, value <= limit));
  }

  private static String figure(double value) {
    return String.format(Locale.ROOT, value >= 10 ? "%,.0f" : "%.2f", value);
  }
}
