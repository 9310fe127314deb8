package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
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
    ChildEnd end = ChildEnd.of(command, temporary.resolve("output"), Duration.ofMinutes(10));
    List<String> lines = end.lines(LimitedWriter.ACKNOWLEDGED);
    if (lines.isEmpty() && end.exit() == 1) {
      System.out.println("kernel limits: " + limit + " keeps the JVM itself from starting");
      return 0;
    }
    assertThat(end.exit()).as("%s: %s", limit, end.output()).isZero();
    assertThat(lines).as(end.output()).hasSize(MEMTABLES.length);
    for (int i = 0; i < lines.size(); i++) {
      String[] words = lines.get(i).split(" ");
      thrown.add(words[1]);
      try (Database db =
          Anvil.open(directory.resolve("db" + (i + 1)), LimitedWriter.options(MEMTABLES[i]))) {
        LimitedWriter.check(db, Integer.parseInt(words[0]));
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

  /** A merge that went on may have filled the disk again already. */
  private static void resume(Database db) {
    db.resume();
    assertThat(db.health()).isNotInstanceOf(Health.Poisoned.class);
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

  @Test
  void aFileSystemThatIsReadOnlyIsReadAndNotWritten() throws Exception {
    isMounted = isDone("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", temporary.toString());
    assumeTrue(isMounted, "mounting is not permitted");
    Path directory = temporary.resolve("db");
    int entries = 300;
    try (Database db = Anvil.open(directory, LimitedWriter.options(MEMTABLES[0]))) {
      for (int i = 0; i < entries; i++) {
        db.put(key(i), LimitedWriter.value(i));
      }
    }
    assertThat(isDone("mount", "-o", "remount,ro", temporary.toString())).isTrue();
    assertThatThrownBy(() -> Anvil.open(directory)).isInstanceOf(AnvilException.class);
    assertThatThrownBy(() -> Anvil.open(temporary.resolve("other")))
        .isInstanceOf(AnvilException.class);
    try (Database db = Anvil.open(directory, DatabaseOptions.builder().readOnly(true).build())) {
      LimitedWriter.check(db, entries);
      assertThatThrownBy(() -> db.put(key(0), key(0))).isInstanceOf(AnvilException.class);
    }
    assertThat(isDone("mount", "-o", "remount,rw", temporary.toString())).isTrue();
    try (Database db = Anvil.open(directory)) {
      LimitedWriter.check(db, entries);
      db.put(key(entries), LimitedWriter.value(entries));
      LimitedWriter.check(db, entries + 1);
    }
    System.out.println("kernel limits: 1 file system made read-only, 0 violations");
  }

  @Test
  void aDirectoryThatLosesItsPermissionsRefusesWritesAndLosesNothing() throws IOException {
    int refused = 0;
    for (long memtable : MEMTABLES) {
      Path directory = temporary.resolve("bare" + memtable);
      int acknowledged = 0;
      try (Database db = Anvil.open(directory, LimitedWriter.options(memtable))) {
        for (; acknowledged < 50; acknowledged++) {
          db.put(key(acknowledged), LimitedWriter.value(acknowledged));
        }
        permit(directory, "r-x------");
        assumeFalse(isWritable(directory), "this user is above permissions");
        try {
          for (; acknowledged < 2_500; acknowledged++) {
            db.put(key(acknowledged), LimitedWriter.value(acknowledged));
          }
          db.compact();
        } catch (AnvilException e) {
          refused++;
        }
        LimitedWriter.check(db, acknowledged);
      } catch (AnvilException e) {
        refused++;
      } finally {
        permit(directory, "rwx------");
      }
      try (Database db = Anvil.open(directory, LimitedWriter.options(memtable))) {
        LimitedWriter.check(db, acknowledged);
        assertThat(db.verify().findings()).isEmpty();
      }
    }
    System.out.printf(
        "kernel limits: %d directories without permissions, %d refusals, 0 violations%n",
        MEMTABLES.length, refused);
    assertThat(refused).isGreaterThanOrEqualTo(MEMTABLES.length);
  }

  private static void permit(Path directory, String permissions) throws IOException {
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(permissions));
  }

  /** Tells whether a file can be made, which for some users no permission prevents. */
  private static boolean isWritable(Path directory) throws IOException {
    try {
      Files.delete(Files.createFile(directory.resolve("probe")));
      return true;
    } catch (AccessDeniedException e) {
      return false;
    }
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
