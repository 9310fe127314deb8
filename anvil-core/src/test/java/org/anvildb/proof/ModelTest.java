package org.anvildb.proof;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds that the database answers like a sorted map, whatever the options. */
final class ModelTest {
  private static final long OPERATIONS = Long.getLong("model.operations", 250_000);
  private static final long SEED = Long.getLong("seed", 20_261_122);
  private static final int KEYS = 3_000;

  static List<Setting> settings() {
    return Setting.eight();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyReadEqualsTheModels(
      Setting setting, @TempDir(factory = MemoryDirectory.class) Path directory) {
    try {
      long reads = new ModelRun(SEED, KEYS, () -> setting.open(directory, SEED)).run(OPERATIONS);
      System.out.printf(
          "model: %s: %,d operations, %,d reads compared, 0 differences%n",
          setting.name(), OPERATIONS, reads);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("setting " + setting + ", -Dseed=" + SEED, e);
    }
  }
}
