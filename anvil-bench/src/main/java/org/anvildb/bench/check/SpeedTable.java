package org.anvildb.bench.check;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.anvildb.bench.report.Medians;
import org.anvildb.bench.report.Result;

/** The speed that is asked, line by line, under the usual conditions. One thread uses it, once. */
final class SpeedTable {
  private static final double MILLI = 1000;
  private static final double MB = 1e6;

  /** What lasts as long as the store is large is judged by a line of its own. */
  private static final Set<String> NO_SINGLE_OPERATION =
      Set.of("compact", "reopen", "reopen-killed", "queue-early", "queue-late");

  private final Medians medians;
  private final int keyBytes;
  private final Judge judge = new Judge("");

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
    return table.judge.verdicts();
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
    judge.faster(medians, "compact", 1.0, Judge.ROCKSDB, "the better rocksdb");
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
    judge.add(
        longest < 0
            ? Verdict.notMeasured(subject, asked)
            : new Verdict(
                subject, asked, Judge.figure(longest) + " ms in " + worst, longest <= limit));
  }

  private void faster(String workload, double factor) {
    judge.faster(medians, workload, factor);
  }

  private void fasterThanOwn(String workload, String other, double factor) {
    judge.fasterThanOwn(workload + " / " + other, other, factor, ours(workload), ours(other));
  }

  private void below(
      String subject, String workload, String unit, double limit, ToDoubleFunction<Result> figure) {
    judge.below(subject, ours(workload), unit, limit, figure);
  }

  private Optional<Result> ours(String workload) {
    return medians.of(workload, Medians.OURS);
  }
}
