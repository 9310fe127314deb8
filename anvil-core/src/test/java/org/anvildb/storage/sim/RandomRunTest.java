package org.anvildb.storage.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.anvildb.storage.LocalStorage;
import org.anvildb.storage.Storage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/** The simulation is tested, too: against the file system, and against its own promises. */
final class RandomRunTest {
  private static final int RUNS = 500 * (1 + Integer.getInteger("long", 0));
  private static final int OPERATIONS = 40;

  /** In memory where the system has such a place: the syncs are not what is tested here. */
  static final class Fast implements TempDirFactory {
    private static final Path MEMORY = Path.of("/dev/shm");

    @Override
    public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context)
        throws IOException {
      return Files.isDirectory(MEMORY) && Files.isWritable(MEMORY)
          ? Files.createTempDirectory(MEMORY, "anvildb")
          : Files.createTempDirectory("anvildb");
    }
  }

  @TempDir(factory = Fast.class)
  Path top;

  @Test
  void aDiskThatKeepsEverythingIsEqualToTheFileSystem() throws IOException {
    for (long seed = 0; seed < RUNS; seed++) {
      Path directory = Files.createDirectory(top.resolve("run-" + seed));
      Storage local = LocalStorage.open(directory, false, false);
      RandomRun onDisk = new RandomRun(local, seed);
      onDisk.run(OPERATIONS);
      onDisk.closeAll();
      MemoryStorage memory = new MemoryStorage(Arena::ofConfined);
      new RandomRun(memory, seed).run(OPERATIONS);
      Storage left = memory.crash(new CrashPlan(CrashMode.EVERYTHING, seed));
      assertThat(left.list()).as("seed %d", seed).isEqualTo(local.list());
      for (String name : local.list()) {
        byte[] expected = local.read(name, 0, 1 << 20);
        assertThat(Arrays.equals(left.read(name, 0, 1 << 20), expected))
            .as("seed %d file %s", seed, name)
            .isTrue();
        local.delete(name);
      }
      Files.delete(directory);
    }
  }

  @Test
  void noCrashLosesASyncedByteOrASyncedName() {
    int kept = 0;
    for (long seed = 0; seed < RUNS; seed++) {
      MemoryStorage memory = new MemoryStorage(Arena::ofConfined);
      RandomRun run = new RandomRun(memory, seed);
      for (int part = 0; part < 4; part++) {
        run.run(OPERATIONS / 4);
        for (CrashMode mode : CrashMode.values()) {
          Storage left = memory.crashedCopy(new CrashPlan(mode, seed));
          for (Map.Entry<String, byte[]> file : run.synced().entrySet()) {
            byte[] expected = file.getValue();
            assertThat(Arrays.equals(left.read(file.getKey(), 0, expected.length), expected))
                .as("seed %d mode %s file %s", seed, mode, file.getKey())
                .isTrue();
            kept++;
          }
        }
      }
      memory.powerOff();
    }
    assertThat(kept).isGreaterThan(RUNS * 10);
  }

  @Test
  void aCrashChangesNothingOfTheStorageThatItCopies() {
    for (long seed = 0; seed < RUNS / 10; seed++) {
      MemoryStorage quiet = new MemoryStorage(Arena::ofConfined);
      MemoryStorage crashing = new MemoryStorage(Arena::ofConfined);
      RandomRun other = new RandomRun(crashing, seed);
      for (int i = 0; i < OPERATIONS; i++) {
        other.run(1);
        CrashMode mode = CrashMode.values()[i % CrashMode.values().length];
        MemoryStorage copy = crashing.crashedCopy(new CrashPlan(mode, i));
        scribble(copy);
        copy.powerOff();
      }
      new RandomRun(quiet, seed).run(OPERATIONS);
      for (CrashMode mode : CrashMode.values()) {
        CrashPlan plan = new CrashPlan(mode, seed);
        assertSame(
            quiet.crashedCopy(plan), crashing.crashedCopy(plan), "seed " + seed + " " + mode);
      }
      quiet.powerOff();
      crashing.powerOff();
    }
  }

  /** Overwrites, forces and deletes what is in a copy. */
  private static void scribble(Storage copy) {
    for (String name : copy.list()) {
      if (copy.size(name) > 0) {
        var file = copy.mapWritable(name);
        file.memory().fill((byte) 77);
        file.force(0, file.memory().byteSize());
      }
      copy.delete(name);
    }
    copy.syncDirectory();
  }

  private static void assertSame(Storage a, Storage b, String what) {
    assertThat(b.list()).as(what).isEqualTo(a.list());
    for (String name : a.list()) {
      assertThat(Arrays.equals(a.read(name, 0, 1 << 20), b.read(name, 0, 1 << 20)))
          .as("%s file %s", what, name)
          .isTrue();
    }
  }
}
