package org.anvildb.proof;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.anvildb.api.FilterPolicy;
import org.anvildb.proof.UndercutDatabase.Moment;
import org.anvildb.proof.UndercutDatabase.Target;
import org.anvildb.proof.UndercutDatabase.Way;

/**
 * The process that uses databases whose files are cut short under it: it prints a line for each,
 * and ends with {@link #FAILED} at anything but a right answer or a typed exception. Apart from the
 * test, since a page that is gone may end a process.
 */
final class UndercutProcess {
  static final int FAILED = 3;

  /** Printed for each database, with its answers, refusals, and errors that came late. */
  static final String CASE = "case ";

  private static final Logger LOG = Logger.getLogger("org.anvildb");

  private UndercutProcess() {}

  /**
   * Args: the directory in which databases are made; how often the first are read before anything
   * happens, so that their code is compiled; the number of a case to run it alone.
   */
  public static void main(String[] args) {
    LOG.setLevel(Level.OFF);
    List<Case> cases = cases();
    int rounds = Integer.parseInt(args[1]);
    int first = args.length > 2 ? Integer.parseInt(args[2]) : 0;
    int end = args.length > 2 ? first + 1 : cases.size();
    for (int number = first; number < end; number++) {
      Case each = cases.get(number);
      String codec = number % 2 == 0 ? "LZ4" : "NONE";
      FilterPolicy filter = FilterPolicy.values()[number % FilterPolicy.values().length];
      try {
        Path directory = Files.createDirectory(Path.of(args[0], "db" + number));
        UndercutDatabase database =
            new UndercutDatabase(directory, codec, filter, number < 4 ? rounds : 1 + rounds / 8);
        database.run(each.target, each.way, each.moment);
        System.out.printf(
            "%s%s %s %s %s %s %d %d %d%n",
            CASE,
            each.target,
            each.way,
            each.moment,
            codec,
            filter,
            database.answers(),
            database.refused(),
            database.late());
      } catch (Throwable e) {
        System.out.printf("%s %s %s: ", each, codec, filter);
        e.printStackTrace(System.out);
        Runtime.getRuntime().halt(FAILED);
      }
    }
  }

  private record Case(Target target, Way way, Moment moment) {}

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (Moment moment : Moment.values()) {
      for (Way way : Way.values()) {
        cases.add(new Case(Target.TABLES, way, moment));
        cases.add(new Case(Target.LOG, way, moment));
      }
      cases.add(new Case(Target.DIRECTORY, Way.DELETED, moment));
    }
    for (Target target : List.of(Target.MANIFEST, Target.CURRENT, Target.LOCK)) {
      cases.add(new Case(target, Way.EMPTIED, Moment.WARM));
      cases.add(new Case(target, Way.HALF_LEFT, Moment.BUSY));
      cases.add(new Case(target, Way.DELETED, Moment.COLD));
    }
    return cases;
  }
}
