package org.anvildb.bench.check;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.anvildb.bench.report.CsvFormat;
import org.anvildb.bench.report.Medians;

/**
 * Prints for each line of the asked speed whether a CSV file of results meets it. Needs nothing but
 * the JDK; {@code anvil-bench/check} starts it.
 */
public final class SpeedCheck {
  private static final int MET = 0;
  private static final int SHORT = 1;
  private static final int USAGE = 2;
  private static final int DEFAULT_KEY_BYTES = 16;

  private SpeedCheck() {}

  /**
   * Checks a file.
   *
   * @param args the file, and {@code --key-bytes N} if keys were not 16 bytes long
   */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    boolean hasKeyBytes = args.length == 3 && args[1].equals("--key-bytes");
    if (args.length != 1 && !hasKeyBytes) {
      err.println("usage: check RESULTS.csv [--key-bytes N]");
      return USAGE;
    }
    try {
      int keyBytes = hasKeyBytes ? Integer.parseInt(args[2]) : DEFAULT_KEY_BYTES;
      List<Verdict> verdicts =
          SpeedTable.judge(new Medians(CsvFormat.read(Path.of(args[0]))), keyBytes);
      verdicts.forEach(out::println);
      long shorts = verdicts.stream().filter(verdict -> !verdict.isMet()).count();
      out.println(
          shorts == 0
              ? "all " + verdicts.size() + " lines are met"
              : shorts + " of " + verdicts.size() + " lines are short");
      return shorts == 0 ? MET : SHORT;
    } catch (IOException | NumberFormatException e) {
      err.println("check: " + e.getMessage());
      return USAGE;
    }
  }
}
