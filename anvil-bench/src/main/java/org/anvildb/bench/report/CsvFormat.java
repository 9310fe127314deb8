package org.anvildb.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Results as comma-separated values, one a line; the first line names the columns. */
public final class CsvFormat {
  /** The first line. */
  public static final String HEADER =
      "engine,workload,entries,value_bytes,ops_per_s,p50_us,p99_us,p999_us,max_us,cpu_s,rss_mb,"
          + "disk_mb,round";

  private static final int COLUMNS = HEADER.split(",").length;

  private CsvFormat() {}

  /** Writes a result. */
  public static String line(Result r) {
    return String.format(
        Locale.ROOT,
        "%s,%s,%d,%d,%.2f,%.3f,%.3f,%.3f,%.3f,%.3f,%.1f,%.1f,%d",
        r.engine(),
        r.workload(),
        r.entries(),
        r.valueBytes(),
        r.opsPerSecond(),
        r.p50Micros(),
        r.p99Micros(),
        r.p999Micros(),
        r.maxMicros(),
        r.cpuSeconds(),
        r.rssMb(),
        r.diskMb(),
        r.round());
  }

  /**
   * Reads results; lines before the header and those that repeat it are passed over.
   *
   * @param file the file
   * @return the results in their order
   * @throws IOException if the file cannot be read, or a line is not one of ours
   */
  public static List<Result> read(Path file) throws IOException {
    return parse(Files.readAllLines(file), file.toString());
  }

  static List<Result> parse(List<String> lines, String name) throws IOException {
    int header = lines.indexOf(HEADER);
    if (header < 0) {
      throw new IOException(name + " has no line '" + HEADER + "'");
    }
    List<Result> results = new ArrayList<>();
    for (int i = header + 1; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.equals(HEADER)) {
        results.add(parse(line, name + ", line " + (i + 1)));
      }
    }
    return results;
  }

  private static Result parse(String line, String place) throws IOException {
    String[] c = line.split(",");
    if (c.length != COLUMNS) {
      throw new IOException(place + ": " + c.length + " columns, " + COLUMNS + " expected");
    }
    try {
      return new Result(
          c[0],
          c[1],
          Long.parseLong(c[2]),
          Integer.parseInt(c[3]),
          Double.parseDouble(c[4]),
          Double.parseDouble(c[5]),
          Double.parseDouble(c[6]),
          Double.parseDouble(c[7]),
          Double.parseDouble(c[8]),
          Double.parseDouble(c[9]),
          Double.parseDouble(c[10]),
          Double.parseDouble(c[11]),
          Integer.parseInt(c[12]),
          Result.Extra.NONE);
    } catch (NumberFormatException e) {
      throw new IOException(place + ": " + e.getMessage(), e);
    }
  }
}
