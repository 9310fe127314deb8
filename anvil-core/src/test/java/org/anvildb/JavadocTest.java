package org.anvildb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that the documentation of the exported packages is complete and without a warning. A test
 * and not a plugin, since the plugin can't read a module of Java 25 where Maven runs on 17.
 */
final class JavadocTest {
  private static final List<String> EXPORTED =
      List.of(
          "org.anvildb",
          "org.anvildb.api",
          "org.anvildb.backup",
          "org.anvildb.schedule",
          "org.anvildb.storage",
          "org.anvildb.storage.sim");

  @Test
  void exportedPackagesAreDocumentedWithoutAWarning(@TempDir Path target) throws IOException {
    List<String> args =
        new ArrayList<>(
            List.of(
                "-Xdoclint:all",
                "-Werror",
                "-quiet",
                "--release",
                "25",
                "-d",
                target.toString(),
                "-cp",
                "target/classes" + File.pathSeparator + System.getProperty("java.class.path")));
    for (String name : EXPORTED) {
      args.addAll(sources(name));
    }
    var out = new StringWriter();
    int exit =
        ToolProvider.findFirst("javadoc")
            .orElseThrow()
            .run(new PrintWriter(out), new PrintWriter(out), args.toArray(String[]::new));
    assertThat(exit).as(out.toString()).isZero();
  }

  private static List<String> sources(String packageName) throws IOException {
    Path folder = Path.of("src/main/java", packageName.replace('.', '/'));
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(Path::toString).filter(f -> f.endsWith(".java")).sorted().toList();
    }
  }
}
