package org.anvildb.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.NotADatabaseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Directories that several databases share, and those that are not ours. */
final class SharedBackupsTest {
  @TempDir Path temporary;

  private Database open(String name) {
    Database db = Anvil.open(temporary.resolve(name));
    db.put(new byte[] {1}, new byte[] {2});
    return db;
  }

  private static List<Long> numbers(BackupDirectory backups, UUID database) {
    return backups.list().stream()
        .filter(info -> info.databaseId().equals(database))
        .map(BackupInfo::number)
        .toList();
  }

  @Test
  void pruningKeepsTheNewestOfEachDatabase() {
    try (Database a = open("a");
        Database b = open("b");
        BackupDirectory backups = BackupDirectory.open(temporary.resolve("backups"))) {
      UUID first = backups.create(a).databaseId();
      backups.create(a);
      UUID second = backups.create(b).databaseId();
      backups.create(a);
      backups.create(b);
      backups.create(b);
      backups.create(b);
      assertThat(backups.prune(4)).isZero();
      assertThat(backups.prune(2)).isEqualTo(3);
      assertThat(numbers(backups, first)).containsExactly(2L, 4L);
      assertThat(numbers(backups, second)).containsExactly(6L, 7L);
      assertThat(backups.prune(1)).isEqualTo(2);
      assertThat(numbers(backups, first)).containsExactly(4L);
      assertThat(numbers(backups, second)).containsExactly(7L);
      assertThat(backups.verify().findings()).isEmpty();
    }
  }

  @Test
  void aForeignDirectoryThatIsRefusedGetsNoFile() throws IOException {
    Path foreign = Files.createDirectory(temporary.resolve("foreign"));
    Files.writeString(foreign.resolve("letter.txt"), "x");
    List<Function<Path, BackupDirectory>> openers =
        List.of(
            BackupDirectory::open, BackupDirectory::openExisting, BackupDirectory::openReadOnly);
    for (Function<Path, BackupDirectory> opener : openers) {
      assertThatThrownBy(() -> opener.apply(foreign))
          .isInstanceOf(NotADatabaseException.class)
          .hasMessageContaining("1 other files");
      try (var files = Files.list(foreign)) {
        assertThat(files).containsExactly(foreign.resolve("letter.txt"));
      }
    }
  }
}
