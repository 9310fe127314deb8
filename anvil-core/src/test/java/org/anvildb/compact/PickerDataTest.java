package org.anvildb.compact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the text files beside this class's resources: paragraphs of a command, a line of dashes, and
 * what it answers. With {@code -Drewrite} the answers are written anew, to be read in the diff.
 */
final class PickerDataTest {
  private static final String DASHES = "----";
  private static final Path FOLDER = Path.of("src/test/resources/org/anvildb/compact");

  @ParameterizedTest
  @ValueSource(strings = {"level-zero", "levels", "running", "settling", "major"})
  void theAnswersAreThoseInTheFile(String name) throws IOException {
    Path file = FOLDER.resolve(name + ".txt");
    String expected = Files.readString(file, UTF_8);
    String actual = answer(expected);
    if (System.getProperty("rewrite") != null) {
      Files.writeString(file, actual, UTF_8);
    }
    assertThat(actual).isEqualTo(expected);
  }

  private static String answer(String text) {
    PickerScript script = new PickerScript();
    List<String> paragraphs = new ArrayList<>();
    for (String paragraph : text.strip().split("\n\n+")) {
      List<String> kept = paragraph.lines().takeWhile(line -> !line.equals(DASHES)).toList();
      List<String> command = kept.stream().filter(line -> !line.startsWith("#")).toList();
      String question = String.join("\n", kept);
      paragraphs.add(
          command.isEmpty() ? question : question + "\n" + DASHES + "\n" + script.run(command));
    }
    return String.join("\n\n", paragraphs) + "\n";
  }
}
