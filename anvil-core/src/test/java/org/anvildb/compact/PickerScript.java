package org.anvildb.compact;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.anvildb.api.KeyRange;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;
import org.anvildb.version.Version;
import org.anvildb.version.VersionEdit;

/**
 * Runs the commands of a text file against the pickers.
 *
 * <pre>
 * levels memtable=64K ratio=10     defines the levels, one line for each that has tables:
 * L0: 9[a..z]64K 8[a..m]64K/50%    number, first and last key, size, share of tombstones
 * L7: 1[a..f]640K
 * pick | settle                    asks the leveled picker
 * major new=10 [a..m]              asks the major picker
 * run                              claims the plan that was picked last
 * flush 9[a..z]64K ...             adds tables to level 0, each as the newest
 * scores                           tells the base level, scores, and debt
 * </pre>
 */
final class PickerScript {
  private static final Pattern TABLE =
      Pattern.compile("(\\d+)\\[(\\w+)\\.\\.(\\w+)\\](\\d+[KMG]?)(?:/(\\d+)%)?");
  private static final Pattern RANGE = Pattern.compile("\\[(\\w*)\\.\\.(\\w*)\\]");
  private static final int ENTRIES = 100;

  private long memtableBytes;
  private Version version = Version.initial(new UUID(0, 0), 0, KeyspaceOptions.defaults());
  private Running running = Running.none();
  private CompactionPlan last = new CompactionPlan.None();

  /** Runs one command; the lines after the first are its arguments. */
  String run(List<String> lines) {
    String[] words = lines.getFirst().split(" ");
    return switch (words[0]) {
      case "levels" -> define(lines);
      case "pick" -> pick(LeveledPicker.pick(version, running, memtableBytes));
      case "settle" -> pick(LeveledPicker.pickSettling(version, running, memtableBytes));
      case "major" -> major(lines.getFirst());
      case "scores" -> scores();
      case "flush" -> flush(lines.getFirst());
      case "run" -> {
        running = last instanceof CompactionPlan.None ? running : running.with(last);
        yield running.count() + " running";
      }
      default -> throw new IllegalArgumentException(lines.getFirst());
    };
  }

  private String define(List<String> lines) {
    memtableBytes = bytes(option(lines.getFirst(), "memtable", "64K"));
    int ratio = Integer.parseInt(option(lines.getFirst(), "ratio", "10"));
    List<List<TableMeta>> levels = new ArrayList<>();
    for (int i = 0; i < Levels.COUNT; i++) {
      levels.add(new ArrayList<>());
    }
    for (String line : lines.subList(1, lines.size())) {
      List<TableMeta> level = levels.get(line.charAt(1) - '0');
      TABLE.matcher(line).results().forEach(match -> level.add(table(match)));
    }
    KeyspaceOptions options = KeyspaceOptions.defaults().withLevelRatio(ratio);
    version =
        new Version(
            new UUID(0, 0),
            0,
            List.of(new KeyspaceVersion(0, "default", options, Levels.of(levels))),
            1,
            1,
            0,
            0);
    running = Running.none();
    return version.keyspaces().getFirst().levels().toString();
  }

  private String flush(String line) {
    TABLE
        .matcher(line)
        .results()
        .forEach(match ->
            version = version.apply(List.of(new VersionEdit.AddTable(0, 0, table(match)))));
    return version.keyspaces().getFirst().levels().toString();
  }

  private static TableMeta table(MatchResult match) {
    String percent = match.group(5);
    return new TableMeta(
        Long.parseLong(match.group(1)),
        bytes(match.group(4)),
        ENTRIES,
        percent == null ? 0 : Long.parseLong(percent),
        match.group(2).getBytes(UTF_8),
        match.group(3).getBytes(UTF_8),
        0,
        0);
  }

  private String major(String line) {
    Matcher range = RANGE.matcher(line);
    KeyRange keys =
        range.find()
            ? KeyRange.between(range.group(1).getBytes(UTF_8), range.group(2).getBytes(UTF_8))
            : KeyRange.all();
    MajorPicker picker = new MajorPicker(keys, Long.parseLong(option(line, "new", "1000000")));
    KeyspaceVersion keyspace = version.keyspaces().getFirst();
    String plan = pick(picker.pick(keyspace, running, memtableBytes));
    return picker.isDone(keyspace) ? plan + ", done" : plan;
  }

  private String scores() {
    KeyspaceVersion keyspace = version.keyspaces().getFirst();
    LevelScores scores =
        LevelScores.of(keyspace.levels(), keyspace.options().levelRatio(), memtableBytes, running);
    StringBuilder text = new StringBuilder("base L" + scores.baseLevel());
    for (int level = 0; level < Levels.LAST; level++) {
      if (scores.score(level) > 0) {
        text.append(String.format(Locale.ROOT, ", L%d %.2f", level, scores.score(level)));
      }
    }
    return text + ", debt " + (scores.debtBytes() >> 10) + "K";
  }

  private String pick(CompactionPlan plan) {
    last = plan;
    return switch (plan) {
      case CompactionPlan.None none -> "none";
      case CompactionPlan.Move move ->
          "move "
              + move.table().number()
              + " L"
              + move.fromLevel()
              + " -> L"
              + move.toLevel()
              + " "
              + move.reason();
      case CompactionPlan.Drop drop -> "drop " + drop.table().number() + " L" + drop.level();
      case CompactionPlan.Merge merge -> text(merge);
    };
  }

  private static String text(CompactionPlan.Merge merge) {
    StringBuilder text = new StringBuilder("merge");
    merge.inputs().forEach(level -> text.append(' ').append(text(level)));
    text.append(" -> L").append(merge.outputLevel());
    if (merge.isBottom()) {
      text.append(" bottom");
    }
    if (!merge.below().isEmpty()) {
      text.append(" above");
      merge.below().forEach(level -> text.append(' ').append(text(level)));
    }
    return text.append(' ').append(merge.reason()).toString();
  }

  private static String text(LevelTables level) {
    List<String> numbers =
        level.tables().stream().map(table -> Long.toString(table.number())).toList();
    return "L" + level.level() + "[" + String.join(" ", numbers) + "]";
  }

  private static String option(String line, String name, String otherwise) {
    for (String word : line.split(" ")) {
      if (word.startsWith(name + "=")) {
        return word.substring(name.length() + 1);
      }
    }
    return otherwise;
  }

  private static long bytes(String text) {
    int unit = "KMG".indexOf(text.charAt(text.length() - 1)) + 1;
    String digits = unit == 0 ? text : text.substring(0, text.length() - 1);
    return Long.parseLong(digits) << (10 * unit);
  }
}
