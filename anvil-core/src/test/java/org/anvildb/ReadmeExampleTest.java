package org.anvildb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compiles and runs the example of the README as a reader would: it is a program as it stands. */
final class ReadmeExampleTest {
  private static final Path README = Path.of("../README.md");

  @Test
  void theExampleRunsAndPrintsWhatTheReadmeSays(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path source = Files.writeString(folder.resolve("Shop.java"), block("java"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "--illegal-native-access=deny",
                "--sun-misc-unsafe-memory-access=deny",
                source.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).isEqualToNormalizingNewlines(block("text"));
  }

  private static String block(String language) throws IOException {
    var fence = Pattern.compile("(?s)```" + language + "\n(.*?)```");
    var matcher = fence.matcher(Files.readString(README));
    assertThat(matcher.find()).as("a %s block in %s", language, README).isTrue();
    return matcher.group(1);
  }
}
