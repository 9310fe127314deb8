package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anvildb.api.LockedException;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.StorageException;
import org.anvildb.version.FileName;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract on a directory of the file system. */
final class LocalStorageContractTest extends StorageContract {
  @TempDir Path directory;
  private Storage storage;

  @BeforeEach
  void open() {
    storage = LocalStorage.open(directory.resolve("main"), true, false);
  }

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  Path beside(String name) {
    return directory.resolve(name);
  }

  @Override
  Storage open(Path other) {
    return LocalStorage.open(other, false, false);
  }

  @Override
  void makeEmpty(Path other) {
    try {
      Files.delete(other.resolve(FileNames.LOCK));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aLinkTakesNoRoomAndADraftHasOneMakerAtATime() throws IOException {
    storage.create("a").close();
    Path target = directory.resolve("copy");
    try (DirectoryDraft draft = storage.draft(target)) {
      storage.link("a", draft.storage());
      assertThatThrownBy(() -> storage.draft(target)).isInstanceOf(LockedException.class);
      draft.publish();
    }
    assertThat(Files.isSameFile(directory.resolve("main/a"), target.resolve("a"))).isTrue();
    assertThat(directory.resolve("copy.incomplete")).doesNotExist();
  }

  @Test
  void whatACrashLeftOfADraftIsTakenOver() throws IOException {
    storage.create("a").close();
    Path left = Files.createDirectory(directory.resolve("copy.incomplete"));
    Files.writeString(left.resolve("000009.sst"), "left");
    try (DirectoryDraft draft = storage.draft(directory.resolve("copy"))) {
      storage.link("a", draft.storage());
      draft.publish();
    }
    assertThat(directory.resolve("copy/000009.sst")).doesNotExist();
    assertThat(directory.resolve("copy/a")).exists();
  }

  @Test
  void aDraftNeedsAParentAndNoFileInItsPlace() throws IOException {
    assertThatThrownBy(() -> storage.draft(directory.resolve("missing/copy")))
        .isInstanceOf(StorageException.class);
    Files.writeString(directory.resolve("file"), "x");
    assertThatThrownBy(() -> storage.draft(directory.resolve("file")))
        .isInstanceOf(NotADatabaseException.class);
    assertThat(directory.resolve("file")).hasContent("x");
  }

  @Test
  void aDraftTakesOverEveryFileThatADatabaseHas() throws IOException {
    Path left = Files.createDirectory(directory.resolve("copy.incomplete"));
    for (FileName.Kind kind : FileName.Kind.values()) {
      for (long number : new long[] {1, 999_999_999_999_999_999L}) {
        Files.writeString(left.resolve(new FileName(kind, number).text()), "left");
      }
    }
    try (DirectoryDraft draft = storage.draft(directory.resolve("copy"))) {
      assertThat(draft.storage().list()).containsExactly(FileNames.LOCK);
    }
    assertThat(left).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"notes.txt", "12.sst", "my notes", "000009.SST", "CURRENT.bak"})
  void aDraftLeavesADirectoryOfItsNameThatIsNotItsOwn(String name) throws IOException {
    Path left = Files.createDirectory(directory.resolve("copy.incomplete"));
    Files.writeString(left.resolve("000001.sst"), "table");
    Files.writeString(left.resolve(name), "mine");
    assertRefused(left);
    assertThat(left.resolve(name)).hasContent("mine");
    assertThat(left.resolve("000001.sst")).hasContent("table");
    assertThat(left.resolve(FileNames.LOCK)).doesNotExist();
    Files.delete(left.resolve(name));
    Files.createDirectory(left.resolve("000002.sst"));
    assertRefused(left);
    assertThat(left.resolve("000001.sst")).hasContent("table");
  }

  private void assertRefused(Path left) {
    assertThatThrownBy(() -> storage.draft(directory.resolve("copy")))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining(left + ": ")
        .hasMessageContaining("rename it");
  }

  @Test
  void aDraftThatIsNotPublishedLeavesWhatOthersPutIntoIt() throws IOException {
    storage.create("000001.sst").close();
    Path left = directory.resolve("copy.incomplete");
    try (DirectoryDraft draft = storage.draft(directory.resolve("copy"))) {
      storage.link("000001.sst", draft.storage());
      Files.writeString(left.resolve("my notes"), "mine");
    }
    assertThat(left.resolve("my notes")).hasContent("mine");
    assertThat(left.resolve("000001.sst")).doesNotExist();
  }
}
