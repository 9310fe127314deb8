package org.anvildb.proof;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.anvildb.proof.PlantedBug.Edit;

/**
 * Reads the planted bugs from the texts beside the tests. A text is a list of sections:
 *
 * <pre>
 *   # a comment
 *   bug 7: what is wrong
 *   suite: what finds it; several lines are several suites, each of which does
 *   file: wal/GroupCommit.java
 *   - a line that is there
 *   + a line that takes its place
 * </pre>
 *
 * A bug may have several files, and a file several places, of which each begins with a minus that
 * follows a plus. A place without a plus loses its lines.
 */
final class PlantedBugs {
  private static final List<String> TEXTS =
      List.of("sync.txt", "recovery.txt", "reading.txt", "versions.txt", "environment.txt");

  private final List<PlantedBug> bugs = new ArrayList<>();
  private final List<Edit> edits = new ArrayList<>();
  private final List<String> sound = new ArrayList<>();
  private final List<String> planted = new ArrayList<>();
  private final List<String> suites = new ArrayList<>();
  private int number;
  private String title = "";
  private String file = "";

  private PlantedBugs() {}

  /** Returns all planted bugs, each as often as there are suites that find it. */
  static List<PlantedBug> all() throws IOException {
    List<PlantedBug> all = new ArrayList<>();
    for (String text : TEXTS) {
      try (InputStream in =
          Objects.requireNonNull(
              PlantedBugs.class.getResourceAsStream("planted-bugs/" + text), text)) {
        all.addAll(parse(new String(in.readAllBytes(), StandardCharsets.UTF_8)));
      }
    }
    return all;
  }

  static List<PlantedBug> parse(String text) {
    PlantedBugs reader = new PlantedBugs();
    text.lines().forEach(reader::line);
    reader.endBug();
    return reader.bugs;
  }

  private void line(String line) {
    if (line.startsWith("-")) {
      if (!planted.isEmpty()) {
        endEdit();
      }
      sound.add(line.substring(1));
    } else if (line.startsWith("+")) {
      planted.add(line.substring(1));
    } else if (line.startsWith("bug ")) {
      endBug();
      int colon = line.indexOf(':');
      number = Integer.parseInt(line.substring("bug ".length(), colon));
      title = line.substring(colon + 1).strip();
    } else if (line.startsWith("suite: ")) {
      suites.add(line.substring("suite: ".length()).strip());
    } else if (line.startsWith("file: ")) {
      endEdit();
      file = line.substring("file: ".length()).strip();
    } else if (!line.isBlank() && !line.startsWith("#")) {
      throw new IllegalArgumentException("bug " + number + ": what is this? " + line);
    }
  }

  private void endEdit() {
    if (!sound.isEmpty()) {
      edits.add(new Edit(file, String.join("\n", sound), String.join("\n", planted)));
    }
    sound.clear();
    planted.clear();
  }

  private void endBug() {
    endEdit();
    for (String suite : suites) {
      bugs.add(new PlantedBug(number, title, suite, List.copyOf(edits)));
    }
    suites.clear();
    edits.clear();
  }
}
