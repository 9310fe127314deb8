package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.Health;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Limits that the kernel itself sets: the size of files, a file system that is full, a device that
 * always is. A call is refused with a typed exception, all that was acknowledged is there, and no
 * process dies.
 */
@EnabledOnOs(OS.LINUX)
@ExtendWith(SilentLog.class)
final class KernelLimitsTest {
  private static final long[] MEMTABLES = {16 << 10, 128 << 10, 1 << 20, 64 << 20};
  private static final int[] FILE_BLOCKS = {8, 100, 500, 2_100, 3_000};

  @TempDir private Path temporary;
  private final Set<String> thrown = new TreeSet<>();
  private boolean isMounted;

  @Test
  void aLimitOnTheSizeOfFilesRefusesWritesAndLosesNothing() throws Exception {
    int cases = 0;
    for (int blocks : FILE_BLOCKS) {
      cases += limited("ulimit -f " + blocks);
    }
    System.out.printf("kernel limits: %d cases of EFBIG, %s, 0 violations%n", cases, thrown);
    assertThat(cases).isEqualTo(FILE_BLOCKS.length * MEMTABLES.length);
    assertThat(thrown).hasSizeGreaterThan(1);
  }

  /** Runs one process under a limit; returns how many databases it wrote, 0 if it can't start. */
  private int limited(String limit) throws IOException, InterruptedException {
    Path directory = Files.createDirectory(temporary.resolve(limit.replace(' ', '_')));
    List<String> java = new ArrayList<>(ChildJvm.command(LimitedWriter.class, "-Xmx256m"));
    java.add(directory.toString());
    for (long memtable : MEMTABLES) {
      java.add(Long.toString(memtable));
    }
    List<String> command = new ArrayList<>(List.of("sh", "-c", limit + "; exec \"$@\"", "sh"));
    command.addAll(java);
    File output = temporary.resolve("output").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output).start();
    assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("%s: ended", limit).isTrue();
    String text = Files.readString(output.toPath(), StandardCharsets.UTF_8);
    List<String> lines =
        text.lines().filter(line -> line.startsWith(LimitedWriter.ACKNOWLEDGED)).toList();
    if (lines.isEmpty() && process.exitValue() == 1) {
      System.out.println("kernel limits: " + limit + " keeps the JVM itself from starting");
      return 0;
    }
    assertThat(process.exitValue()).as("%s: %s", limit, text).isZero();
    assertThat(lines).as(text).hasSize(MEMTABLES.length);
    for (int i = 0; i < lines.size(); i++) {
      String[] words = lines.get(i).split(" ");
      thrown.add(words[2]);
      try (Database db =
          Anvil.open(directory.resolve("db" + (i + 1)), LimitedWriter.options(MEMTABLES[i]))) {
        LimitedWriter.check(db, Integer.parseInt(words[1]));
        assertThat(db.verify().findings()).isEmpty();
      }
    }
    return lines.size();
  }

  @Test
  void aFileSystemThatIsFullRefusesWritesUntilThereIsRoom() throws Exception {
    isMounted = isDone("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", temporary.toString());
    if (!isMounted) {
      System.out.println("kernel limits: full file systems skipped: mounting is not permitted");
      return;
    }
    int resumed = 0;
    int cases = 0;
    for (long memtable : MEMTABLES) {
      for (int free = 0; free < 3; free++) {
        resumed += fillUp(temporary.resolve("db" + cases), memtable, (1 + 2 * free) << 20) ? 1 : 0;
        cases++;
      }
    }
    System.out.printf(
        "kernel limits: %d full file systems, %d went on when there was room, 0 violations%n",
        cases, resumed);
    assertThat(cases).isEqualTo(12);
    assertThat(resumed).isPositive();
  }

  /** Returns whether the database went on without being reopened. */
  private static boolean fillUp(Path directory, long memtable, int ballastBytes)
      throws IOException {
    Path ballast = directory.resolveSibling("ballast");
    Files.write(ballast, new byte[ballastBytes]);
    int acknowledged = 0;
    boolean isSound;
    try (Database db = Anvil.open(directory, LimitedWriter.options(memtable))) {
      AnvilException failure = null;
      while (failure == null) {
        try {
          db.put(key(acknowledged), LimitedWriter.value(acknowledged));
          acknowledged++;
        } catch (AnvilException e) {
          failure = e;
        }
      }
      assertThat(failure).hasStackTraceContaining("DiskFullException");
      LimitedWriter.check(db, acknowledged);
      Files.delete(ballast);
      isSound = !(db.health() instanceof Health.Poisoned);
      if (isSound) {
        resume(db);
        db.put(key(acknowledged), LimitedWriter.value(acknowledged));
        acknowledged++;
      }
      LimitedWriter.check(db, acknowledged);
    } catch (DiskFullException e) {
      // Opening, or going on, took more room than there was.
      isSound = false;
    }
    Files.deleteIfExists(ballast);
    Files.write(ballast, new byte[0]);
    if (acknowledged > 0) {
      try (Database db =
          Anvil.open(
              directory, LimitedWriter.options(memtable).toBuilder().readOnly(true).build())) {
        LimitedWriter.check(db, acknowledged);
      }
    }
    deleteAll(directory);
    return isSound;
  }

  private static void resume(Database db) {
    db.resume();
    assertThat(db.health()).isInstanceOf(Health.Healthy.class);
  }

  @Test
  void aLinkToADeviceInThePlaceOfAFileIsRefused() throws IOException {
    int cases = 0;
    for (String kind : List.of(".sst", ".wal", "CURRENT", "MANIFEST")) {
      Path directory = temporary.resolve("linked" + cases);
      try (Database db = Anvil.open(directory)) {
        db.put(key(1), LimitedWriter.value(1));
      }
      Path file;
      try (var files = Files.list(directory)) {
        file = files.filter(f -> f.getFileName().toString().contains(kind)).findAny().orElse(null);
      }
      if (file != null) {
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/full"));
        assertThatThrownBy(() -> Anvil.open(directory)).isInstanceOf(AnvilException.class);
        cases++;
      }
    }
    System.out.printf("kernel limits: %d links to a device refused%n", cases);
    assertThat(cases).isGreaterThanOrEqualTo(3);
  }

  private static boolean isDone(String... command) throws IOException, InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (var files = Files.list(directory)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(directory);
    }
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    if (isMounted) {
      assertThat(isDone("umount", temporary.toString())).isTrue();
    }
  }
}
