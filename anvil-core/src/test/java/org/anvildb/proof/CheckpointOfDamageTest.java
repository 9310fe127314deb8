package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anvildb.Anvil;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Database;
import org.anvildb.api.Health;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints of a database one of whose tables could not be opened: none is made. */
final class CheckpointOfDamageTest {
  @TempDir Path temporary;

  /** Damages a table. */
  @FunctionalInterface
  private interface Damage {
    void to(RandomAccessFile table) throws IOException;
  }

  private void assertRefused(Damage damage, String says) throws IOException {
    Path main = temporary.resolve("main");
    Path target = temporary.resolve("copy");
    try (Database db = Anvil.open(main)) {
      db.put(new byte[] {1}, new byte[100]);
      db.compact();
      db.checkpoint(temporary.resolve("sound"));
      try (var files = Files.list(main);
          var table =
              new RandomAccessFile(
                  files.filter(f -> f.toString().endsWith(".sst")).toList().getFirst().toFile(),
                  "rw")) {
        damage.to(table);
      }
      assertThatThrownBy(() -> db.checkpoint(target))
          .isInstanceOf(CorruptionException.class)
          .hasMessageContaining(".sst")
          .hasMessageContaining(says);
      assertThat(db.health()).isInstanceOf(Health.Healthy.class);
    }
    assertThat(target).doesNotExist();
    assertThat(temporary.resolve("copy.incomplete")).doesNotExist();
  }

  @Test
  void aTableThatWasCutShortEndsIt() throws IOException {
    assertRefused(table -> table.setLength(table.length() - 1), "bytes, expected");
  }

  @Test
  void aRottenFooterEndsIt() throws IOException {
    assertRefused(
        table -> {
          table.seek(table.length() - 30);
          table.write(99);
        },
        "footer");
  }

  @Test
  void rottenPropertiesEndIt() throws IOException {
    // So small a table has them in its only page.
    assertRefused(
        table -> {
          table.seek(20);
          table.write(new byte[] {1, 2, 3, 4});
        },
        "checksum of the page of");
  }

  @Test
  void rottenPageChecksumsEndIt() throws IOException {
    assertRefused(
        table -> {
          table.seek(table.length() - 68);
          table.write(new byte[] {1, 2, 3, 4});
        },
        "page checksums");
  }
}
