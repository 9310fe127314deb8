package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A draft takes no name and deletes no file that is not its own. */
final class LocalDirectoryDraftTest {
  @TempDir Path top;

  private Path target() {
    return top.resolve("copy");
  }

  private Path draft() {
    return top.resolve("copy.incomplete");
  }

  @Test
  void theRootCantBeMade() {
    Path root = top.getRoot();
    assertThatThrownBy(() -> LocalDirectoryDraft.begin(root))
        .isInstanceOf(StorageException.class)
        .hasMessage(root + ": cannot create directory: it has no parent");
  }

  @Test
  void aParentThatIsMissingIsNamed() {
    Path below = top.resolve("none").resolve("copy");
    assertThatThrownBy(() -> LocalDirectoryDraft.begin(below))
        .isInstanceOf(StorageException.class)
        .hasMessage(below + ".incomplete: cannot create directory: no such file or directory");
  }

  @Test
  void aFileInPlaceOfTheTargetOrTheDraftStays() throws IOException {
    Files.writeString(draft(), "mine");
    assertThatThrownBy(() -> LocalDirectoryDraft.begin(target()))
        .isInstanceOf(StorageException.class)
        .hasMessage(draft() + ": cannot create directory: it exists");
    Files.move(draft(), target());
    assertThatThrownBy(() -> LocalDirectoryDraft.begin(target()))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageStartingWith(target() + ": is not a directory");
    assertThat(target()).hasContent("mine");
  }

  @Test
  void foreignFilesUnderTheTemporaryNameStayAndSoDoesTheLockFileIfItWasThere() throws IOException {
    Files.createDirectory(draft());
    Files.writeString(draft().resolve("letter.txt"), "mine");
    Files.createDirectory(draft().resolve("000001.sst"));
    for (boolean hasLock : new boolean[] {false, true}) {
      if (hasLock) {
        Files.createFile(draft().resolve("LOCK"));
      }
      assertThatThrownBy(() -> LocalDirectoryDraft.begin(target()))
          .isInstanceOf(NotADatabaseException.class)
          .hasMessageContaining("the directory holds 2 entries that are no files of a database");
      assertThat(draft().resolve("letter.txt")).hasContent("mine");
      assertThat(Files.exists(draft().resolve("LOCK"))).isEqualTo(hasLock);
    }
  }

  @Test
  void aTargetThatWasFilledMeanwhileIsKeptAndTheDraftGoes() throws IOException {
    try (DirectoryDraft draft = LocalDirectoryDraft.begin(target())) {
      draft.storage().create("000001.sst").close();
      Files.writeString(Files.createDirectory(target()).resolve("letter.txt"), "mine");
      assertThatThrownBy(draft::publish)
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith(draft() + ": cannot rename to " + target());
    }
    assertThat(target().resolve("letter.txt")).hasContent("mine");
    assertThat(draft()).doesNotExist();
  }

  @Test
  void whatOthersPutIntoADraftIsLeftThere() throws IOException {
    DirectoryDraft draft = LocalDirectoryDraft.begin(target());
    draft.storage().create("000001.sst").close();
    Files.writeString(draft().resolve("letter.txt"), "mine");
    draft.close();
    assertThat(draft()).isDirectoryContaining(file -> file.endsWith("letter.txt"));
    assertThat(draft().resolve("000001.sst")).doesNotExist();
    assertThat(draft().resolve("LOCK")).doesNotExist();
  }

  @Test
  void aDraftWhoseLockFileWasReplacedIsNotPublished() throws IOException {
    try (DirectoryDraft draft = LocalDirectoryDraft.begin(target())) {
      Files.delete(draft().resolve("LOCK"));
      Files.createFile(Files.createDirectory(draft().resolve("LOCK")).resolve("inside"));
      assertThatThrownBy(draft::publish)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("deleted or replaced while locked");
    }
    assertThat(target()).doesNotExist();
    assertThat(draft().resolve("LOCK").resolve("inside")).exists();
  }
}
