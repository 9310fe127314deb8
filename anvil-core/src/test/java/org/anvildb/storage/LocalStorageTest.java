package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.ReadOnlyException;
import org.anvildb.api.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a directory of the file system has: paths, links, permissions. */
final class LocalStorageTest {
  @TempDir Path top;

  private Storage open() {
    return LocalStorage.open(top, false, false);
  }

  @Test
  void aDirectoryWhoseSyncFailedIsNeverCalledSynced() throws IOException {
    assumeTrue(!LocalDirectories.WINDOWS, "directories are not synced there");
    Path directory = top.resolve("db");
    LocalStorage storage = LocalStorage.open(directory, true, false);
    storage.syncDirectory();
    Files.delete(directory);
    assertThatThrownBy(storage::syncDirectory).isInstanceOf(StorageException.class);
    Files.createDirectory(directory);
    assertThatThrownBy(storage::syncDirectory)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("an earlier sync of the directory failed");
    LocalStorage.open(directory, false, false).syncDirectory();
  }

  @Test
  void anAbsentDirectoryIsNoDatabase() {
    Path absent = top.resolve("absent");
    assertThatThrownBy(() -> LocalStorage.open(absent, false, false))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessage(
            absent
                + ": does not exist (createIfMissing=false); check the path, or open it with"
                + " createIfMissing=true");
    assertThatThrownBy(() -> LocalStorage.open(absent, true, true))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageStartingWith(
            absent + ": does not exist, and reading makes none; check the path");
    assertThat(absent).doesNotExist();
  }

  @Test
  void aCreatedDirectoryAndItsFilesBelongToTheirOwner() throws IOException {
    assumeTrue(Files.getFileStore(top).supportsFileAttributeView("posix"));
    Path directory = top.resolve("db");
    Storage storage = LocalStorage.open(directory, true, false);
    storage.create("a").close();
    storage.createMapped("b", 10).close();
    storage.lock(Duration.ZERO).close();
    assertThat(permissions(directory)).isEqualTo("rwx------");
    for (String name : storage.list()) {
      assertThat(permissions(directory.resolve(name))).as(name).isEqualTo("rw-------");
    }
    assertThat(storage.list()).containsExactly("LOCK", "a", "b");
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  @Test
  void aPathThatIsAFileIsRefused() throws IOException {
    Path file = Files.createFile(top.resolve("file"));
    assertThatThrownBy(() -> LocalStorage.open(file, true, false))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(file + ": is not a directory");
    Path below = file.resolve("db");
    assertThatThrownBy(() -> LocalStorage.open(below, true, false))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(below.toString());
  }

  @Test
  void aMissingParentIsNamed() {
    Path path = top.resolve("no").resolve("db");
    assertThatThrownBy(() -> LocalStorage.open(path, true, false))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            path
                + ": cannot create directory: "
                + top.resolve("no")
                + " does not exist; create it first, or check the path");
  }

  @Test
  void aDirectoryThatCantBeWrittenOpensReadOnlyAlone() throws IOException {
    Path directory = Files.createDirectory(top.resolve("db"));
    assumeTrue(directory.toFile().setWritable(false) && !Files.isWritable(directory));
    assertThatThrownBy(() -> LocalStorage.open(directory, false, false))
        .isInstanceOf(ReadOnlyException.class)
        .hasMessageContaining("directory not writable; open read-only");
    assertThat(LocalStorage.open(directory, false, true).list()).isEmpty();
    Path below = directory.resolve("below");
    assertThatThrownBy(() -> LocalStorage.open(below, true, false))
        .isInstanceOf(StorageException.class)
        .hasMessage(below + ": cannot open directory: permission denied");
  }

  @Test
  void readOnlyRefusesEveryChangeAndChangesNothing() throws IOException {
    Storage writer = open();
    writer.create("a").close();
    writer.createMapped("b", 10).close();
    Map<String, Long> before = files();
    Storage reader = LocalStorage.open(top, false, true);
    reader.lock(Duration.ZERO).close();
    for (Runnable change :
        new Runnable[] {
          () -> reader.create("c"),
          () -> reader.createMapped("c", 10),
          () -> reader.mapWritable("b"),
          () -> reader.rename("a", "c"),
          () -> reader.delete("a"),
          reader::syncDirectory
        }) {
      assertThatThrownBy(change::run).isInstanceOf(ReadOnlyException.class);
    }
    assertThat(reader.list()).containsExactly("a", "b");
    assertThat(reader.read("b", 0, 10)).hasSize(10);
    reader.map("b").close();
    assertThat(files()).isEqualTo(before);
  }

  private Map<String, Long> files() throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (Stream<Path> entries = Files.list(top)) {
      for (Path entry : entries.toList()) {
        files.put(entry.toString(), Files.getLastModifiedTime(entry).toMillis());
      }
    }
    return files;
  }

  @Test
  void linksAndFoldersAreNoFiles() throws IOException {
    Path victim = Files.writeString(Files.createDirectory(top.resolve("folder")).resolve("v"), "x");
    Files.createSymbolicLink(top.resolve("000001.sst"), victim);
    Files.createSymbolicLink(top.resolve("dangling"), top.resolve("none"));
    Storage storage = open();
    for (String name : new String[] {"000001.sst", "folder"}) {
      for (Runnable use :
          new Runnable[] {
            () -> storage.read(name, 0, 1),
            () -> storage.map(name),
            () -> storage.mapWritable(name),
            () -> storage.size(name),
            () -> storage.delete(name),
            () -> storage.rename(name, "b")
          }) {
        assertThatThrownBy(use::run)
            .isInstanceOf(StorageException.class)
            .hasMessageContaining("not a regular file");
      }
    }
    assertThatThrownBy(() -> storage.create("dangling")).isInstanceOf(StorageException.class);
    assertThat(storage.exists("dangling")).isTrue();
    assertThat(top.resolve("none")).doesNotExist();
    assertThat(victim).hasContent("x");
    assertThat(storage.list()).containsExactly("000001.sst", "dangling");
  }

  @Test
  void listTakesForeignFilesAsTheyAre() throws IOException {
    for (String name : new String[] {".DS_Store", "._x", "my backup.zip", "ü"}) {
      try {
        Files.createFile(top.resolve(name));
      } catch (InvalidPathException e) {
        assumeTrue(false, "the system's encoding has no such name");
      }
    }
    assertThat(open().list()).containsExactly(".DS_Store", "._x", "my backup.zip", "ü");
  }

  @Test
  void theDirectoryStaysTheSameWhateverTheLinkPointsTo() throws IOException {
    Path one = Files.createDirectory(top.resolve("one"));
    Path two = Files.createDirectory(top.resolve("two"));
    Path link = Files.createSymbolicLink(top.resolve("link"), one);
    Storage storage = LocalStorage.open(link, false, false);
    Files.delete(link);
    Files.createSymbolicLink(link, two);
    storage.create("a").close();
    assertThat(one.resolve("a")).exists();
    assertThat(storage.location()).isEqualTo(one.toRealPath().toString());
  }
}
