package org.anvildb.bench.check;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.anvildb.bench.report.CsvFormat;
import org.anvildb.bench.report.Medians;
import org.anvildb.bench.report.Result;

/**
 * The speed that is asked under other conditions than the usual ones: larger stores, larger values,
 * compression, a small heap, two writers. Each condition has a file of its own, which {@code
 * anvil-bench/sides} writes. One thread uses it, once.
 */
final class SideTable {
  private static final List<String> FILLS = List.of("fillseq", "fillrandom", "fillbatch");
  private static final double MOST_GROWTH = 1.7;
  private static final double MOST_LOSS = 0.9;

  /** Parts of a workload that is judged as a whole. */
  private static final Set<String> PARTS = Set.of("queue-early", "queue-late");

  private final Path directory;

  private SideTable(Path directory) {
    this.directory = directory;
  }

  /**
   * Judges all lines.
   *
   * @param usual the run under the usual conditions
   * @param directory holds {@code 10m.csv}, {@code 1k.csv}, {@code lz4.csv}, {@code heap-1g.csv},
   *     {@code heap-256m.csv}, {@code one-writer.csv} and {@code two-writers.csv}; what is not
   *     there is short
   */
  static List<Verdict> judge(Medians usual, Path directory) throws IOException {
    SideTable table = new SideTable(directory);
    List<Judge> judges =
        List.of(
            judgeMany(usual, table.read("10m")),
            judgeLarge(table.read("1k")),
            judgeCompressed(table.read("lz4")),
            judgeHeap(table.read("heap-1g"), table.read("heap-256m")),
            judgeWriters(table.read("one-writer"), table.read("two-writers")));
    return judges.stream().flatMap(judge -> judge.verdicts().stream()).toList();
  }

  private Medians read(String name) throws IOException {
    Path file = directory.resolve(name + ".csv");
    return new Medians(Files.exists(file) ? CsvFormat.read(file) : List.of());
  }

  private static Judge judgeMany(Medians usual, Medians many) {
    Judge judge = new Judge("10 M: ");
    judge.faster(many, "fillrandom", 3.0);
    for (String workload : List.of("readrandom", "readseq", "seekrandom")) {
      judge.faster(many, workload, 2.0);
    }
    for (String workload : List.of("fillrandom", "readrandom", "readseq", "seekrandom")) {
      judge.fasterThanOwn(
          workload + " / of 2 M",
          "of 2 M",
          1 / MOST_GROWTH,
          many.of(workload, Medians.OURS),
          usual.of(workload, Medians.OURS));
    }
    return judge;
  }

  private static Judge judgeLarge(Medians large) {
    Judge judge = new Judge("1 KB: ");
    FILLS.forEach(workload -> judge.faster(large, workload, 3.0));
    for (String workload : List.of("readrandom", "readseq", "readreverse", "seekrandom")) {
      judge.faster(large, workload, 1.5);
    }
    return judge;
  }

  private static Judge judgeCompressed(Medians compressed) {
    Judge judge = new Judge("LZ4: ");
    for (String workload :
        List.of("fillseq", "fillrandom", "readrandom", "readseq", "seekrandom")) {
      judge.faster(compressed, workload, 2.0, Judge.ROCKSDB, "the better rocksdb");
    }
    double theirs =
        Judge.ROCKSDB.stream()
            .flatMap(engine -> compressed.of("fillrandom", engine).stream())
            .mapToDouble(Result::diskMb)
            .min()
            .orElse(Double.NaN);
    judge.below(
        "disk, settled",
        compressed.of("fillrandom", Medians.OURS),
        "x the smaller rocksdb",
        1.05,
        result -> result.diskMb() / theirs);
    return judge;
  }

  private static Judge judgeHeap(Medians large, Medians small) {
    Judge judge = new Judge("heap of 256 MB: ");
    String asked = String.format(Locale.ROOT, "%.1fx own of 1 GB in each workload", MOST_LOSS);
    double least = Double.POSITIVE_INFINITY;
    String worst = "";
    for (String workload : large.workloads()) {
      Optional<Result> before = large.of(workload, Medians.OURS);
      Optional<Result> after = small.of(workload, Medians.OURS);
      if (!PARTS.contains(workload) && before.isPresent() && after.isPresent()) {
        double ratio = after.get().opsPerSecond() / before.get().opsPerSecond();
        worst = ratio < least ? workload : worst;
        least = Math.min(least, ratio);
      }
    }
    judge.add(
        worst.isEmpty()
            ? Verdict.notMeasured("heap of 256 MB", asked)
            : new Verdict(
                "heap of 256 MB",
                asked,
                String.format(Locale.ROOT, "%.2fx in %s", least, worst),
                least >= MOST_LOSS));
    return judge;
  }

  private static Judge judgeWriters(Medians one, Medians two) {
    Judge judge = new Judge("two writers: ");
    judge.fasterThanOwn(
        "fillrandom",
        "of one writer",
        1.3,
        two.of("fillrandom", Medians.OURS),
        one.of("fillrandom", Medians.OURS));
    return judge;
  }
}
