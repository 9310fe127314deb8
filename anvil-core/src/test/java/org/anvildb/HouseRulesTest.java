package org.anvildb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the rules on size and names for the sources of every module. */
final class HouseRulesTest {
  private static final int MAX_FILE_LINES = 600;
  private static final int MAX_METHOD_LINES = 80;
  private static final Pattern FORBIDDEN_NAME =
      Pattern.compile("Manager|Helper|Utils?|Impl|Wrapper|Smart|Simple|Base|Common");
  private static final Pattern TYPE =
      Pattern.compile("\\b(?:class|interface|record|enum)\\s+([A-Z]\\w*)");

  /** A line that opens a method's body: indented by at least two, no keyword of a statement. */
  private static final Pattern METHOD_END =
      Pattern.compile("^( {2,})(?:[@\\w<>\\[\\],.?& ]+\\(.*|\\) ?)(?:throws [\\w., ]+)?\\{$");

  private static final Pattern STATEMENT =
      Pattern.compile(
          "^ *(?:\\}"
              + " )?(?:.*\\b(?:record|class|interface|enum)\\b|if|for|while|switch|try|catch|else|do|synchronized|return)\\b.*");

  private static final Path REPOSITORY = Path.of("..");

  @Test
  void noFileIsLongerThan600Lines() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path source : sources()) {
      int lines = Files.readAllLines(source).size();
      if (lines > MAX_FILE_LINES) {
        tooLong.add(source + " has " + lines + " lines: split it by nouns");
      }
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void noMethodIsLongerThan80Lines() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path source : sources()) {
      tooLong.addAll(longMethods(source, Files.readAllLines(source)));
    }
    assertThat(tooLong).isEmpty();
  }

  @Test
  void theEnginePrintsNothing() throws IOException {
    List<String> printing = new ArrayList<>();
    for (Path source : sources()) {
      boolean isEngine = source.toString().replace('\\', '/').contains("anvil-core/src/main/");
      if (isEngine && Files.readString(source).matches("(?s).*System\\.(out|err)\\b.*")) {
        printing.add(source.toString());
      }
    }
    assertThat(printing).isEmpty();
  }

  @Test
  void noTypeHasANameThatSaysNothing() throws IOException {
    List<String> bad = new ArrayList<>();
    for (Path source : sources()) {
      String code =
          Files.readString(source).replaceAll("(?s)/\\*.*?\\*/|//[^\n]*|\"[^\"\n]*\"", "");
      TYPE.matcher(code)
          .results()
          .map(m -> m.group(1))
          .filter(name -> FORBIDDEN_NAME.matcher(name).find())
          .forEach(name -> bad.add(source + ": " + name));
    }
    assertThat(bad).isEmpty();
  }

  /** A path may be named, to hand it to the storage, but not asked anything about the disk. */
  @Test
  void onlyTheStoragePackageTouchesFiles() throws IOException {
    List<String> bad = new ArrayList<>();
    Path engine = REPOSITORY.resolve("anvil-core/src/main/java/org/anvildb");
    for (Path source : sources(engine)) {
      boolean isStorage = source.startsWith(engine.resolve("storage"));
      boolean isRoot = source.getParent().equals(engine);
      String code = Files.readString(source);
      if (!isStorage
          && !isRoot
          && (code.replace("import java.nio.file.Path;", "").contains("import java.nio.file")
              || code.contains(".toRealPath(")
              || code.contains(".toFile()")
              || code.contains(".getFileSystem()")
              || code.contains("import java.io.File")
              || code.contains("import java.nio.channels"))) {
        bad.add(source + ": files are the business of org.anvildb.storage");
      }
    }
    assertThat(bad).isEmpty();
  }

  private static List<String> longMethods(Path source, List<String> lines) {
    List<String> tooLong = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      var opening = METHOD_END.matcher(lines.get(i));
      if (!opening.matches()
          || lines.get(i).contains("->")
          || STATEMENT.matcher(lines.get(i)).matches()) {
        continue;
      }
      String end = opening.group(1) + "}";
      int j = i + 1;
      while (j < lines.size() && !lines.get(j).equals(end)) {
        // Something ends further left: the opening was a continued line, not that of a method.
        if (!lines.get(j).isBlank() && !lines.get(j).startsWith(opening.group(1))) {
          j = i;
          break;
        }
        j++;
      }
      if (j - i - 1 > MAX_METHOD_LINES) {
        tooLong.add(source + ":" + (i + 1) + " has " + (j - i - 1) + " lines: split it by verbs");
      }
    }
    return tooLong;
  }

  private static List<Path> sources() throws IOException {
    return sources(REPOSITORY);
  }

  private static List<Path> sources(Path top) throws IOException {
    try (Stream<Path> files = Files.walk(top)) {
      return files
          .filter(p -> p.toString().endsWith(".java"))
          .filter(p -> !p.toString().contains("target"))
          .toList();
    }
  }
}
