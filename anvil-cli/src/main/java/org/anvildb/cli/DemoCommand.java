package org.anvildb.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.anvildb.cli.demo.Demo;
import org.anvildb.cli.demo.DemoScreen;
import org.anvildb.cli.term.Streams;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Shows what the store can do, on real data. */
@Command(
    name = "demo",
    description = {
      "Shows what the store can do, on real data.",
      "Loads every character of Unicode into a temporary store, reads it in every way, then"
          + " kills a writing process and proves that nothing acknowledged is lost. Takes about"
          + " 15 seconds; exits with 0 only if all held."
    })
final class DemoCommand extends StreamCommand {
  /** So many that the Greek ones, which the demo looks for, are among them. */
  private static final int MIN_CHARACTERS = 1_000;

  private static final int REMOVALS = 20;

  @Option(names = "--keep", description = "Leave the stores where they are.")
  private boolean keep;

  @Option(
      names = "--characters",
      paramLabel = "N",
      description = "Take the first N characters only (default: all, about 155,000).")
  private int characters = Integer.MAX_VALUE;

  @Option(
      names = "--write-millis",
      paramLabel = "N",
      description = "How long each doomed process writes (default: ${DEFAULT-VALUE}).")
  private long writeMillis = 1500;

  DemoCommand(Streams streams) {
    super(streams);
  }

  @Override
  int run() throws Exception {
    if (characters < MIN_CHARACTERS || writeMillis < 1) {
      throw new IllegalArgumentException(
          "--characters must be at least " + MIN_CHARACTERS + ", --write-millis at least 1");
    }
    var scale = new Demo.Scale(characters, writeMillis);
    Path directory = Files.createTempDirectory("anvil-demo-");
    var removal = new Thread(() -> remove(directory));
    if (!keep) {
      Runtime.getRuntime().addShutdownHook(removal);
    }
    try {
      var screen = new DemoScreen(streams);
      screen.line("");
      screen.line(
          streams.style().bold("    AnvilDB demo")
              + "  Java "
              + Runtime.version().feature()
              + ", "
              + Runtime.getRuntime().availableProcessors()
              + " cores, "
              + directory);
      boolean held = new Demo(screen, directory, anvilCommand(), scale).run();
      if (keep) {
        screen.line("    look around: anvil stats --db " + directory.resolve("unicode"));
      }
      return held ? ExitCode.OK : ExitCode.NEGATIVE;
    } finally {
      if (!keep) {
        remove(directory);
        Runtime.getRuntime().removeShutdownHook(removal);
      }
    }
  }

  /** Returns the command line that runs this very program in another process. */
  private static List<String> anvilCommand() {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path", "." + File.separator),
        Main.class.getName());
  }

  /** Removes a tree, in several attempts, since a process that is being killed may still write. */
  private static void remove(Path directory) {
    for (int i = 0; i < REMOVALS && Files.exists(directory); i++) {
      try (Stream<Path> paths = Files.walk(directory)) {
        paths.sorted(Comparator.reverseOrder()).forEach(DemoCommand::delete);
      } catch (IOException | UncheckedIOException e) {
        // It changed under the walk; a temporary directory that stays is no reason to fail.
      }
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // As above.
    }
  }
}
