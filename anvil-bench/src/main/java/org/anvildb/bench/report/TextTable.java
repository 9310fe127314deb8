package org.anvildb.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.Function;

/** The medians as text for people. */
public final class TextTable {
  private static final double THOUSAND = 1000;

  private TextTable() {}

  /**
   * Lays out the rates with our ratio to the best peer, the latencies, and what it cost.
   *
   * @param medians the figures
   * @return lines that end with a line feed
   */
  public static String format(Medians medians) {
    String rounds =
        medians.rounds() == 1 ? "one round" : "medians of " + medians.rounds() + " rounds";
    StringBuilder text = new StringBuilder();
    text.append("Thousand operations a second, ").append(rounds).append('\n');
    text.append(rates(medians));
    text.append("\nMicroseconds an operation: p50 / p99 / p99.9 / max\n");
    text.append(section(medians, TextTable::latencies));
    text.append("\nProcessor seconds / peak resident MB / MB on disk\n");
    text.append(section(medians, TextTable::costs));
    return text.toString();
  }

  private static String rates(Medians medians) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("workload"));
    head.addAll(medians.engines());
    head.add(Medians.OURS + "/best peer");
    rows.add(head);
    for (String workload : medians.workloads()) {
      List<String> row = new ArrayList<>(List.of(workload));
      for (String engine : medians.engines()) {
        row.add(medians.of(workload, engine).map(r -> rate(r.opsPerSecond())).orElse("-"));
      }
      OptionalDouble ratio = medians.ratio(workload);
      row.add(ratio.isPresent() ? ratio(ratio.getAsDouble()) : "");
      rows.add(row);
    }
    return align(rows);
  }

  private static String section(Medians medians, Function<Result, String> cell) {
    List<List<String>> rows = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("workload"));
    head.addAll(medians.engines());
    rows.add(head);
    for (String workload : medians.workloads()) {
      List<String> row = new ArrayList<>(List.of(workload));
      for (String engine : medians.engines()) {
        row.add(medians.of(workload, engine).map(cell).orElse("-"));
      }
      rows.add(row);
    }
    return align(rows);
  }

  private static String latencies(Result r) {
    if (r.p50Micros() == r.maxMicros()) {
      return figure(r.maxMicros());
    }
    return figure(r.p50Micros())
        + " / "
        + figure(r.p99Micros())
        + " / "
        + figure(r.p999Micros())
        + " / "
        + figure(r.maxMicros());
  }

  private static String costs(Result r) {
    return figure(r.cpuSeconds()) + " / " + figure(r.rssMb()) + " / " + figure(r.diskMb());
  }

  private static String rate(double perSecond) {
    return figure(perSecond / THOUSAND);
  }

  static String ratio(double ratio) {
    return String.format(Locale.ROOT, ratio < 10 ? "%.2fx" : "%.1fx", ratio);
  }

  /** Three digits, or all before the point, but no more than three behind it. */
  private static String figure(double value) {
    if (Double.isNaN(value)) {
      return "?";
    }
    String form = value >= 100 ? "%,.0f" : value >= 10 ? "%.1f" : value >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, form, value);
  }

  private static String align(List<List<String>> rows) {
    int[] widths = new int[rows.getFirst().size()];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("  ");
      for (int i = 0; i < row.size(); i++) {
        String pad = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? row.get(i) + pad : "  " + pad + row.get(i));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
