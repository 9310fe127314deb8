package org.anvildb.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** Results and where they come from as one JSON object. */
public final class JsonFormat {
  private JsonFormat() {}

  /**
   * Writes everything.
   *
   * @param facts what the run was, line by line
   * @param results all rounds
   * @return the object, ending with a line feed
   */
  public static String format(List<String> facts, List<Result> results) {
    StringJoiner about = new StringJoiner(",\n    ", "[\n    ", "\n  ]");
    facts.forEach(fact -> about.add(quote(fact)));
    StringJoiner rows = new StringJoiner(",\n    ", "[\n    ", "\n  ]");
    results.forEach(result -> rows.add(object(result)));
    return "{\n  \"about\": " + about + ",\n  \"results\": " + rows + "\n}\n";
  }

  private static String object(Result r) {
    StringJoiner fields = new StringJoiner(", ", "{", "}");
    fields.add("\"engine\": " + quote(r.engine()));
    fields.add("\"workload\": " + quote(r.workload()));
    fields.add("\"round\": " + r.round());
    fields.add("\"entries\": " + r.entries());
    fields.add("\"value_bytes\": " + r.valueBytes());
    add(fields, "ops_per_s", r.opsPerSecond());
    add(fields, "p50_us", r.p50Micros());
    add(fields, "p99_us", r.p99Micros());
    add(fields, "p999_us", r.p999Micros());
    add(fields, "max_us", r.maxMicros());
    add(fields, "cpu_s", r.cpuSeconds());
    add(fields, "rss_mb", r.rssMb());
    add(fields, "disk_mb", r.diskMb());
    add(fields, "settled_mb", r.extra().settledMb());
    add(fields, "written_mb", r.extra().writtenMb());
    add(fields, "gc_count", r.extra().gcCount());
    add(fields, "gc_ms", r.extra().gcMillis());
    return fields.toString();
  }

  private static void add(StringJoiner fields, String name, double value) {
    if (!Double.isNaN(value)) {
      fields.add("\"" + name + "\": " + String.format(Locale.ROOT, "%.3f", value));
    }
  }

  private static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : text.toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }
}
