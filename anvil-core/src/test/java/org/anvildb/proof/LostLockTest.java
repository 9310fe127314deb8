package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.Health;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds that a database whose lock file was deleted, so that another process may have the directory
 * by now, changes its manifest no more.
 */
final class LostLockTest {
  @TempDir(factory = MemoryDirectory.class)
  Path directory;

  @Test
  void whoLostTheLockWritesNoManifest() throws IOException {
    assumeFalse(System.getProperty("os.name").startsWith("Windows"), "locked files stay there");
    Database db = Anvil.open(directory);
    db.put(SeedKeys.key(1), SeedKeys.value(1, 1));
    byte[] manifest = Files.readAllBytes(MisuseDirectories.manifest(directory));
    Files.delete(directory.resolve("LOCK"));
    assertThatThrownBy(() -> db.keyspace("other"))
        .isInstanceOf(AnvilException.class)
        .hasMessageContaining("another process may write here");
    assertThat(db.health()).isInstanceOf(Health.Poisoned.class);
    assertThatThrownBy(() -> db.put(SeedKeys.key(2), SeedKeys.value(2, 1)))
        .isInstanceOf(AnvilException.class);
    assertThat(db.get(SeedKeys.key(1))).isEqualTo(SeedKeys.value(1, 1));
    try {
      db.close();
    } catch (AnvilException e) {
      assertThat(e).hasStackTraceContaining("another process may write here");
    }
    assertThat(Files.readAllBytes(MisuseDirectories.manifest(directory))).isEqualTo(manifest);
  }
}
