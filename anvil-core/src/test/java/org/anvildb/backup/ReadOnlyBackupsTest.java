package org.anvildb.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.LockedException;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.ReadOnlyException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups that are only read: nothing is changed, and what can't be read is said. */
final class ReadOnlyBackupsTest {
  @TempDir Path temporary;
  private Path main;
  private Path directory;

  @BeforeEach
  void makeTwo() {
    main = temporary.resolve("main");
    directory = temporary.resolve("backups");
    try (Database db = Anvil.open(main);
        BackupDirectory backups = BackupDirectory.open(directory)) {
      db.put(new byte[] {1}, new byte[] {2});
      backups.create(db);
      db.put(new byte[] {1}, new byte[] {3});
      backups.create(db);
    }
  }

  private static Map<String, String> contents(Path directory) throws IOException {
    Map<String, String> contents = new TreeMap<>();
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        contents.put(file.toString(), Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return contents;
  }

  @Test
  void areListedVerifiedAndRestoredAndNothingIsChanged() throws IOException {
    Files.delete(directory.resolve("LOCK"));
    Files.write(directory.resolve("000099.bak"), new byte[] {1});
    var before = contents(directory);
    try (BackupDirectory backups = BackupDirectory.openReadOnly(directory);
        Database db = Anvil.open(main)) {
      assertThat(backups.list()).extracting(BackupInfo::number).containsExactly(1L, 2L);
      assertThat(backups.verify().findings()).isEmpty();
      assertThat(backups.verify(1).findings()).isEmpty();
      backups.restore(1, temporary.resolve("one"));
      assertThatThrownBy(() -> backups.create(db)).isInstanceOf(ReadOnlyException.class);
      assertThatThrownBy(() -> backups.delete(1)).isInstanceOf(ReadOnlyException.class);
      assertThatThrownBy(() -> backups.delete(9)).isInstanceOf(ReadOnlyException.class);
      assertThatThrownBy(() -> backups.prune(7))
          .isInstanceOf(ReadOnlyException.class)
          .hasMessage(
              directory.toRealPath()
                  + ": the backups were opened read-only; open them to be changed");
    }
    assertThat(contents(directory)).isEqualTo(before);
    try (Database one = Anvil.open(temporary.resolve("one"))) {
      assertThat(one.get(new byte[] {1})).isEqualTo(new byte[] {2});
    }
  }

  @Test
  void areNotReadWhileTheyAreOpenToBeChanged() {
    try (BackupDirectory backups = BackupDirectory.open(directory)) {
      assertThat(backups.list()).hasSize(2);
      assertThatThrownBy(() -> BackupDirectory.openReadOnly(directory))
          .isInstanceOf(LockedException.class);
    }
    try (BackupDirectory backups = BackupDirectory.openReadOnly(directory)) {
      assertThat(backups.list()).hasSize(2);
      assertThatThrownBy(() -> BackupDirectory.open(directory)).isInstanceOf(LockedException.class);
    }
  }

  @Test
  void whoNamesAnotherDirectoryIsToldWhichToName() {
    Path absent = temporary.resolve("absent");
    List<Function<Path, BackupDirectory>> openers =
        List.of(BackupDirectory::openExisting, BackupDirectory::openReadOnly);
    for (Function<Path, BackupDirectory> opener : openers) {
      assertThatThrownBy(() -> opener.apply(absent))
          .isInstanceOf(NotADatabaseException.class)
          .hasMessage(absent + ": does not exist; name the directory that `backup` wrote to");
      assertThatThrownBy(() -> opener.apply(main))
          .isInstanceOf(NotADatabaseException.class)
          .hasMessageContaining("holds no backups")
          .hasMessageEndingWith("; name the directory that `backup` wrote to");
    }
    assertThat(absent).doesNotExist();
    assertThatThrownBy(() -> BackupDirectory.open(main))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("choose an empty directory");
  }
}
