package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.LockedException;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.OptionsMismatchException;
import org.anvildb.api.ReadOnlyException;
import org.anvildb.api.StorageException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The misuses 1 to 9: opening what is open, absent, someone else's, or not to be written. */
final class MisuseOpeningTest {
  private static final byte[] KEY = bytes("key");
  private static final byte[] VALUE = bytes("value");

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  @Test
  void misuse01_openingTwiceInOneJvmIsRefusedByEveryPathAndHarmsNothing() throws IOException {
    Path directory = temporary.resolve("db");
    Path link = Files.createSymbolicLink(temporary.resolve("link"), directory);
    Path relative = Path.of("").toAbsolutePath().relativize(directory);
    try (Database db = Anvil.open(directory)) {
      db.put(KEY, VALUE);
      for (Path path : List.of(directory, link, relative, directory.resolve("../db"))) {
        assertThatThrownBy(() -> Anvil.open(path))
            .isInstanceOf(LockedException.class)
            .hasMessageContaining("already open in this JVM")
            .hasMessageContaining("thread " + Thread.currentThread().getName());
      }
      assertThat(db.get(KEY)).isEqualTo(VALUE);
      db.put(VALUE, KEY);
      assertThat(MisuseHolder.ask(directory)).as("the lock against others").contains("held by pid");
    }
  }

  @Test
  void misuse01_openingTwiceFromAnotherClassLoaderIsRefused() throws Exception {
    Path directory = temporary.resolve("db");
    try (Database db = Anvil.open(directory);
        URLClassLoader other = new URLClassLoader(classPath(), null)) {
      Method open = other.loadClass(Anvil.class.getName()).getMethod("open", Path.class);
      assertThatThrownBy(() -> open.invoke(null, directory))
          .isInstanceOf(InvocationTargetException.class)
          .satisfies(e ->
              assertThat(e.getCause())
                  .hasMessageContaining("already open in this JVM")
                  .extracting(cause -> cause.getClass().getName())
                  .isEqualTo(LockedException.class.getName()));
      db.put(KEY, VALUE);
      assertThat(MisuseHolder.ask(directory)).as("the lock against others").contains("held by pid");
    }
  }

  private static URL[] classPath() throws IOException {
    String[] entries = ChildJvm.classPath().split(File.pathSeparator);
    URL[] urls = new URL[entries.length];
    for (int i = 0; i < urls.length; i++) {
      urls[i] = Path.of(entries[i]).toUri().toURL();
    }
    return urls;
  }

  @Test
  void misuse02_aDirectoryOfAnotherProcessIsRefusedWithItsPidOrWaitedFor() throws IOException {
    try (MisuseHolder holder = MisuseHolder.start(temporary)) {
      assertThat(holder.answer()).isEqualTo("open");
      assertThatThrownBy(() -> Anvil.open(temporary))
          .isInstanceOf(LockedException.class)
          .hasMessageContaining(temporary.toRealPath().toString())
          .hasMessageContaining("held by pid " + holder.pid() + " on host ")
          .hasMessageContaining(" since ");

      var patient = DatabaseOptions.builder().lockTimeout(Duration.ofMinutes(1)).build();
      var waiting = CompletableFuture.supplyAsync(() -> Anvil.open(temporary, patient));
      holder.kill();
      try (Database db = waiting.join()) {
        assertThat(db.get(bytes("held"))).isEqualTo(bytes("yes"));
      }
    }
  }

  @Test
  void misuse03_aLockFileThatACrashLeftDoesNotMatter() throws IOException {
    MisuseHolder holder = MisuseHolder.start(temporary);
    assertThat(holder.answer()).isEqualTo("open");
    holder.kill();
    assertThat(temporary.resolve("LOCK")).content().contains("pid " + holder.pid());
    try (Database db = Anvil.open(temporary)) {
      assertThat(db.get(bytes("held"))).isEqualTo(bytes("yes"));
    }
  }

  @Test
  void misuse04_aPathThatDoesNotExistIsNotCreatedUnlessAllowed() {
    Path absent = temporary.resolve("absent");
    var options = DatabaseOptions.builder().createIfMissing(false).build();
    assertThatThrownBy(() -> Anvil.open(absent, options))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining(absent.toString())
        .hasMessageContaining("does not exist")
        .hasMessageContaining("createIfMissing=false");
    assertThat(absent).doesNotExist();
    assertThatThrownBy(() -> Anvil.open(temporary, options))
        .as("an empty directory")
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("createIfMissing=false");
    var readOnly = DatabaseOptions.builder().readOnly(true).build();
    assertThatThrownBy(() -> Anvil.open(absent, readOnly))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("does not exist");
    assertThat(absent).doesNotExist();
  }

  @Test
  void misuse05_aDirectoryOfSomeoneElseIsRefusedAndNothingIsWritten() throws IOException {
    for (String name : List.of("a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt", "g.txt")) {
      Files.writeString(temporary.resolve(name), name);
    }
    var before = MisuseDirectories.digests(temporary);
    assertThatThrownBy(() -> Anvil.open(temporary))
        .isInstanceOf(NotADatabaseException.class)
        .hasMessageContaining("7 other files")
        .hasMessageContaining("a.txt, b.txt, c.txt, d.txt, e.txt")
        .hasMessageNotContaining("f.txt");
    assertThat(MisuseDirectories.digests(temporary)).isEqualTo(before);
  }

  @Test
  void misuse05_foldersDoNotCountSinceTheTopOfAFileSystemHasSome() throws IOException {
    Files.createDirectory(temporary.resolve("lost+found"));
    try (Database db = Anvil.open(temporary)) {
      db.put(KEY, VALUE);
    }
    assertThat(temporary.resolve("lost+found")).isDirectory();
  }

  @Test
  void misuse06_aPathThatIsAFileOrHasNoParentIsAnErrorThatNamesIt() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "text");
    assertThatThrownBy(() -> Anvil.open(file))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not a directory");
    assertThatThrownBy(() -> Anvil.open(file.resolve("db")))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(file.resolve("db").toString());
    Path orphan = temporary.resolve("no/parent");
    assertThatThrownBy(() -> Anvil.open(orphan))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(orphan.toString())
        .hasMessageContaining("does not exist");
    assertThat(orphan.getParent()).doesNotExist();
  }

  @Test
  void misuse07_errorIfExistsRefusesADatabaseAndTouchesNothing() throws IOException {
    try (Database db = Anvil.open(temporary)) {
      db.put(KEY, VALUE);
    }
    var before = MisuseDirectories.digests(temporary);
    var options = DatabaseOptions.builder().errorIfExists(true).build();
    assertThatThrownBy(() -> Anvil.open(temporary, options))
        .isInstanceOf(OptionsMismatchException.class)
        .hasMessageContaining("already exists")
        .hasMessageContaining(temporary.toRealPath().toString());
    var after = MisuseDirectories.digests(temporary);
    // The lock file tells who held it last.
    before.remove("LOCK");
    after.remove("LOCK");
    assertThat(after).isEqualTo(before);
  }

  @Test
  void misuse08_foreignFilesInADatabaseAreLeftAloneWithOneWarning() throws IOException {
    try (Database db = Anvil.open(temporary)) {
      db.put(KEY, VALUE);
    }
    List<String> foreign =
        List.of(
            ".DS_Store",
            "._000001.sst",
            "desktop.ini",
            "notes.tmp",
            "backup.zip",
            "12.sst",
            "000099.SST",
            "MANIFEST-000001.bak");
    for (String name : foreign) {
      Files.writeString(temporary.resolve(name), "foreign " + name);
    }
    Files.createDirectory(temporary.resolve("folder"));
    try (MisuseLog log = MisuseLog.start()) {
      try (Database db = Anvil.open(temporary)) {
        db.put(VALUE, KEY);
        db.compact();
        assertThat(db.get(KEY)).isEqualTo(VALUE);
      }
      assertThat(log.warnings(temporary.toString()))
          .singleElement()
          .asString()
          .contains("foreign", "left alone");
    }
    for (String name : foreign) {
      assertThat(temporary.resolve(name)).hasContent("foreign " + name);
    }
    assertThat(temporary.resolve("folder")).isDirectory();
  }

  @Test
  void misuse09_aDirectoryThatCannotBeWrittenIsRefusedWithTheWayOut() throws IOException {
    Path directory = temporary.resolve("db");
    try (Database db = Anvil.open(directory)) {
      db.put(KEY, VALUE);
    }
    assertThat(directory.toFile().setWritable(false)).isTrue();
    try {
      Assumptions.assumeFalse(Files.isWritable(directory), "root may write everywhere");
      assertThatThrownBy(() -> Anvil.open(directory))
          .isInstanceOf(ReadOnlyException.class)
          .hasMessageContaining(directory.toRealPath().toString())
          .hasMessageContaining("not writable")
          .hasMessageContaining("read-only");
      var options = DatabaseOptions.builder().readOnly(true).build();
      try (Database db = Anvil.open(directory, options)) {
        assertThat(db.get(KEY)).isEqualTo(VALUE);
      }
    } finally {
      assertThat(directory.toFile().setWritable(true)).isTrue();
    }
  }
}
