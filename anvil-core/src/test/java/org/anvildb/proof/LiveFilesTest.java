package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.anvildb.proof.UndercutDatabase.Target;
import org.anvildb.proof.UndercutDatabase.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that no process dies whose files are cut short, deleted or moved away while it has them
 * mapped, that each call gets the right answer or an exception, and that all calls end.
 */
@EnabledOnOs(OS.LINUX)
final class LiveFilesTest {
  private static final int CASES = 36;

  /** Where code is interpreted, errors come at once, and each has to be a typed exception. */
  private static final String[] INTERPRETED = {"-Xint"};

  /** Where it is compiled, a load that faults is one of many machine instructions. */
  private static final String[] COMPILED = {
    "-XX:TieredStopAtLevel=4",
    "-XX:Tier4InvocationThreshold=500",
    "-XX:Tier4MinInvocationThreshold=100",
    "-XX:Tier4CompileThreshold=1000"
  };

  @TempDir(factory = MemoryDirectory.class)
  private Path temporary;

  @Test
  void filesThatAreCutShortUnderInterpretedCodeAreTyped() throws Exception {
    assertThat(run("interpreted", 1, INTERPRETED)).as("errors that came late").isZero();
  }

  @Test
  void filesThatAreCutShortUnderCompiledCodeEndNoProcess() throws Exception {
    run("compiled", 24, COMPILED);
  }

  /** Returns how many calls ended with an error of the JVM that came late. */
  private long run(String name, int rounds, String... options) throws Exception {
    List<String> all = new ArrayList<>(List.of("-Xmx128m"));
    all.add("-XX:ErrorFile=" + temporary.resolve("error"));
    all.addAll(List.of(options));
    List<String> command =
        new ArrayList<>(ChildJvm.command(UndercutProcess.class, all.toArray(String[]::new)));
    Path databases = Files.createDirectory(temporary.resolve(name));
    command.addAll(List.of(databases.toString(), Integer.toString(rounds)));
    ChildEnd end = ChildEnd.of(command, temporary.resolve("output"), Duration.ofMinutes(10));
    assertThat(end.exit()).as(end.output()).isZero();
    long answers = 0;
    long refused = 0;
    long late = 0;
    Set<String> told = new TreeSet<>();
    List<String> lines = end.lines(UndercutProcess.CASE);
    for (String line : lines) {
      String[] words = line.split(" ");
      answers += Long.parseLong(words[5]);
      refused += Long.parseLong(words[6]);
      late += Long.parseLong(words[7]);
      if (Long.parseLong(words[6]) > 0) {
        told.add(words[0] + " " + words[1]);
      }
    }
    System.out.printf(
        "live files: %d cases, %s, %,d calls answered, %,d refused, %,d errors of the JVM came"
            + " late, 0 violations%n",
        lines.size(), name, answers, refused, late);
    assertThat(lines).hasSize(CASES);
    for (Target target : List.of(Target.TABLES, Target.LOG)) {
      for (Way way : List.of(Way.EMPTIED, Way.PAGE_LEFT, Way.HALF_LEFT)) {
        assertThat(told).contains(target + " " + way);
      }
    }
    return late;
  }
}
