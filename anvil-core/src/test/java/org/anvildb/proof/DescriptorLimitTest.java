package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that a process without file descriptors gets typed exceptions, reads on, and loses nothing
 * that was acknowledged: the real limit of the kernel (EMFILE), in a JVM of its own.
 */
@EnabledOnOs(OS.LINUX)
final class DescriptorLimitTest {
  private static final int DESCRIPTORS = 64;
  private static final int CASES = 4 * (CrowdedWriter.MAX_SPARE + 1) * 2;

  @TempDir(factory = MemoryDirectory.class)
  private Path temporary;

  @Test
  void aProcessWithoutDescriptorsIsRefusedAndLosesNothing() throws Exception {
    List<String> command =
        new ArrayList<>(List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + " && exec \"$@\"", "sh"));
    command.addAll(ChildJvm.command(CrowdedWriter.class, "-Xmx128m"));
    command.add(temporary.toString());
    ChildEnd end = ChildEnd.of(command, temporary.resolve("output"), Duration.ofMinutes(10));
    assertThat(end.exit()).as(end.output()).isZero();
    Set<String> thrown = new TreeSet<>();
    int refused = 0;
    int number = 0;
    List<String> lines = end.lines(CrowdedWriter.ACKNOWLEDGED);
    for (String line : lines) {
      String[] words = line.split(" ");
      refused += words[2].equals("nothing") ? 0 : 1;
      thrown.add(words[2]);
      try (Database db =
          Anvil.open(
              temporary.resolve("db" + number++),
              LimitedWriter.options(Long.parseLong(words[1])))) {
        LimitedWriter.check(db, Integer.parseInt(words[0]));
      }
    }
    System.out.printf(
        "kernel limits: %d databases without descriptors, %d of them refused something, %s,"
            + " 0 violations%n",
        lines.size(), refused, thrown);
    assertThat(lines).hasSize(CASES);
    assertThat(refused).isGreaterThan(CASES / 4);
    assertThat(thrown).contains("TooManyOpenFilesException");
  }
}
