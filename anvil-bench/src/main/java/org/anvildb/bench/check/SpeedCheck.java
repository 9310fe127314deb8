package org.anvildb.bench.check;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.anvildb.bench.report.CsvFormat;
import org.anvildb.bench.report.Medians;
import org.jspecify.annotations.Nullable;

/**
 * Prints for each line of the asked speed whether a CSV file of results meets it. Needs nothing but
 * the JDK at run time; {@code anvil-bench/check} starts it.
 */
public final class SpeedCheck {
  private static final int MET = 0;
  private static final int SHORT = 1;
  private static final int USAGE = 2;
  private static final String USUAL_KEY_BYTES = "16";
  private static final Set<String> OPTIONS = Set.of("--key-bytes", "--sides");

  private SpeedCheck() {}

  /**
   * Checks a file.
   *
   * @param args the file; {@code --key-bytes N} if keys were not 16 bytes long; {@code --sides DIR}
   *     for the files of the other conditions
   */
  public static void main(String[] args) {
    System.exit(run(args, System.out, System.err));
  }

  static int run(String[] args, PrintStream out, PrintStream err) {
    Map<String, String> options = options(args);
    if (options == null) {
      err.println("usage: check RESULTS.csv [--key-bytes N] [--sides DIR]");
      return USAGE;
    }
    try {
      int keyBytes = Integer.parseInt(options.getOrDefault("--key-bytes", USUAL_KEY_BYTES));
      Medians medians = new Medians(CsvFormat.read(Path.of(args[0])));
      List<Verdict> verdicts = new ArrayList<>(SpeedTable.judge(medians, keyBytes));
      if (options.containsKey("--sides")) {
        verdicts.addAll(SideTable.judge(medians, Path.of(options.get("--sides"))));
      }
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

  /** Returns the options that follow the file, or null if they are not understood. */
  private static @Nullable Map<String, String> options(String[] args) {
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i + 1 < args.length; i += 2) {
      options.put(args[i], args[i + 1]);
    }
    return args.length % 2 == 1 && OPTIONS.containsAll(options.keySet()) ? options : null;
  }
}
