package org.anvildb.proof;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A bug that a test plants into the engine's sources, and the suite that has to find it.
 *
 * @param number its number in the plan of the proofs
 * @param title what the engine then does wrong
 * @param suite what finds it, as {@link PlantedBugRun#find} takes it
 * @param edits what is changed, at least one
 */
record PlantedBug(int number, String title, String suite, List<Edit> edits) {
  /**
   * A change of one source file.
   *
   * @param file the file, below the package {@code org.anvildb}
   * @param sound the text that is there, once; any white space stands for any other
   * @param planted what replaces it
   */
  record Edit(String file, String sound, String planted) {
    /** Changes a source text. */
    String apply(String source, PlantedBug bug) {
      String words =
          Arrays.stream(sound.strip().split("\\s+"))
              .map(Pattern::quote)
              .collect(Collectors.joining("\\s+"));
      Matcher matcher = Pattern.compile(words).matcher(source);
      if (!matcher.find()) {
        throw stale(bug, "is not there any more");
      }
      int start = matcher.start();
      int end = matcher.end();
      if (matcher.find()) {
        throw stale(bug, "is there more than once");
      }
      return source.substring(0, start) + planted + source.substring(end);
    }

    private AssertionError stale(PlantedBug bug, String problem) {
      return new AssertionError(
          "%s has to be planted anew: the text that it replaces in %s %s:%n%s"
              .formatted(bug, file, problem, sound));
    }
  }

  /** Returns the files that are changed. */
  List<String> files() {
    return edits.stream().map(Edit::file).distinct().toList();
  }

  /** Returns the source of one of the files, with the bug. */
  String source(String file, String sound) {
    String source = sound;
    for (Edit edit : edits) {
      if (edit.file().equals(file)) {
        source = edit.apply(source, this);
      }
    }
    return source;
  }

  /** Returns where a file is below the directory of the sources. */
  static Path path(Path sources, String file) {
    return sources.resolve("org/anvildb").resolve(file);
  }

  @Override
  public String toString() {
    return "planted bug %d, %s".formatted(number, title);
  }
}
