package org.anvildb.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.anvildb.api.InterruptedOperationException;
import org.anvildb.api.LockedException;
import org.anvildb.api.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A directory has one holder, whatever way leads to it, and nothing but its close frees it. */
final class LocalDirectoryLockTest {
  @TempDir Path top;

  private Path directory() throws IOException {
    return Files.createDirectories(top.resolve("db"));
  }

  private static LocalStorage open(Path directory) {
    return LocalStorage.open(directory, false, false);
  }

  @Test
  void aSecondOpenInThisJvmFailsThroughEveryPath() throws Exception {
    Path directory = directory();
    Path link = Files.createSymbolicLink(top.resolve("link"), directory);
    Path relative = Path.of("").toAbsolutePath().relativize(directory.toRealPath());
    Path dotted = directory.resolve("..").resolve("db");
    try (DirectoryLock lock = open(directory).lock(Duration.ZERO)) {
      for (Path other : new Path[] {directory, link, relative, dotted}) {
        for (boolean readOnly : new boolean[] {false, true}) {
          LocalStorage storage = LocalStorage.open(other, false, readOnly);
          assertThatThrownBy(() -> storage.lock(Duration.ZERO))
              .as("%s read-only %s", other, readOnly)
              .isInstanceOf(LockedException.class)
              .hasMessageContaining("already open in this JVM (opened by thread ")
              .hasMessageContaining(Thread.currentThread().getName());
        }
      }
      lock.ensureValid();
      assertThat(LockChild.ask(directory, false)).contains("held by pid ");
    }
    open(link).lock(Duration.ZERO).close();
  }

  @Test
  void anotherProcessIsToldWhoHoldsIt() throws Exception {
    Path directory = directory();
    try (DirectoryLock lock = open(directory).lock(Duration.ZERO)) {
      assertThat(LockChild.ask(directory, false))
          .startsWith(directory.toRealPath() + ": held by pid " + ProcessHandle.current().pid())
          .containsPattern(" on host [A-Za-z0-9._-]+ since [0-9-]+T[0-9:]+Z; close it there first");
      assertThat(LockChild.ask(directory, true)).contains("held by pid ");
      lock.ensureValid();
    }
    assertThat(LockChild.ask(directory, false)).isEqualTo("locked");
  }

  @Test
  void theProcessThatHoldsItIsNamed() throws Exception {
    Path directory = directory();
    try (LockChild child = LockChild.start(directory, false)) {
      assertThat(child.answer()).isEqualTo("locked");
      assertThatThrownBy(() -> open(directory).lock(Duration.ofMillis(30)))
          .isInstanceOf(LockedException.class)
          .hasMessageContaining("held by pid " + child.pid() + " on host ");
      child.kill();
      open(directory).lock(Duration.ofSeconds(10)).close();
    }
  }

  @Test
  void waitsForAnotherProcessToLetGo() throws Exception {
    Path directory = directory();
    try (LockChild child = LockChild.start(directory, false)) {
      assertThat(child.answer()).isEqualTo("locked");
      Thread ending = Thread.ofPlatform().start(() -> closeQuietly(child));
      open(directory).lock(Duration.ofDays(100_000_000)).close();
      ending.join();
    }
  }

  private static void closeQuietly(LockChild child) {
    try {
      child.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void anInterruptEndsTheWaitAndIsKept() throws Exception {
    Path directory = directory();
    try (LockChild child = LockChild.start(directory, false)) {
      assertThat(child.answer()).isEqualTo("locked");
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> open(directory).lock(Duration.ofDays(1)))
          .isInstanceOf(InterruptedOperationException.class);
      assertThat(Thread.interrupted()).isTrue();
    }
    open(directory).lock(Duration.ZERO).close();
  }

  @Test
  void aLockFileThatACrashLeftOpensNormally() throws Exception {
    Path directory = directory();
    Files.writeString(directory.resolve("LOCK"), "junk of any kind ".repeat(100));
    try (DirectoryLock lock = open(directory).lock(Duration.ZERO)) {
      lock.ensureValid();
      assertThat(LockChild.ask(directory, false))
          .contains("held by pid " + ProcessHandle.current().pid());
    }
    assertThat(Files.readString(directory.resolve("LOCK")))
        .matches("anvildb lock\npid \\d+\nhost \\S+\nsince \\S+Z\n");
  }

  @Test
  void aTextThatIsNotOursIsNotShown() throws Exception {
    Path directory = directory();
    try (LockChild child = LockChild.start(directory, false)) {
      assertThat(child.answer()).isEqualTo("locked");
      Files.writeString(directory.resolve("LOCK"), "pid \u001b[31m1\nhost x\n");
      assertThatThrownBy(() -> open(directory).lock(Duration.ZERO))
          .isInstanceOf(LockedException.class)
          .hasMessageContaining("held by another process;");
    }
  }

  @Test
  void readersShareAndKeepWritersOut() throws Exception {
    Path directory = directory();
    open(directory).lock(Duration.ZERO).close();
    String text = Files.readString(directory.resolve("LOCK"));
    LocalStorage reader = LocalStorage.open(directory, false, true);
    try (DirectoryLock lock = reader.lock(Duration.ZERO)) {
      lock.ensureValid();
      assertThat(LockChild.ask(directory, true)).isEqualTo("locked");
      assertThat(LockChild.ask(directory, false)).contains("open read-only in another process");
    }
    assertThat(Files.readString(directory.resolve("LOCK"))).isEqualTo(text);
  }

  @Test
  void aReaderInAnotherProcessIsTold() throws Exception {
    Path directory = directory();
    open(directory).lock(Duration.ZERO).close();
    try (LockChild child = LockChild.start(directory, true)) {
      assertThat(child.answer()).isEqualTo("locked");
      assertThatThrownBy(() -> open(directory).lock(Duration.ZERO))
          .isInstanceOf(LockedException.class)
          .hasMessageContaining("open read-only in another process; close it there first");
      LocalStorage.open(directory, false, true).lock(Duration.ZERO).close();
    }
    open(directory).lock(Duration.ZERO).close();
  }

  @Test
  void aReaderMakesNoLockFile() throws Exception {
    Path directory = directory();
    LocalStorage reader = LocalStorage.open(directory, false, true);
    try (DirectoryLock lock = reader.lock(Duration.ZERO)) {
      lock.ensureValid();
      assertThatThrownBy(() -> open(directory).lock(Duration.ZERO))
          .isInstanceOf(LockedException.class);
    }
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void losingTheLockFileIsNoticed() throws Exception {
    Path directory = directory();
    try (DirectoryLock lock = open(directory).lock(Duration.ZERO)) {
      Files.delete(directory.resolve("LOCK"));
      assertThatThrownBy(lock::ensureValid)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("deleted or replaced");
      Files.createFile(directory.resolve("LOCK"));
      assertThatThrownBy(lock::ensureValid).isInstanceOf(StorageException.class);
    }
  }

  @Test
  void aLinkInPlaceOfTheLockFileIsRefused() throws Exception {
    Path directory = directory();
    Path victim = Files.writeString(top.resolve("victim"), "text");
    Files.createSymbolicLink(directory.resolve("LOCK"), victim);
    assertThatThrownBy(() -> open(directory).lock(Duration.ZERO))
        .isInstanceOf(StorageException.class)
        .isNotInstanceOf(LockedException.class);
    assertThat(victim).hasContent("text");
  }

  @Test
  void anotherClassLoaderIsKeptOutAndDoesNoHarm() throws Exception {
    Path directory = directory();
    try (DirectoryLock lock = open(directory).lock(Duration.ZERO)) {
      assertThat(lockInOtherLoader(directory)).contains("already open in this JVM (opened by");
      // Even if the shared registry was thrown away, and the attempt got as far as the system.
      Properties saved = System.getProperties();
      Properties copy = (Properties) saved.clone();
      copy.keySet().removeIf(key -> key.toString().startsWith("org.anvildb.open."));
      System.setProperties(copy);
      try {
        assertThat(lockInOtherLoader(directory)).contains("already open in this JVM (by a copy");
      } finally {
        System.setProperties(saved);
      }
      System.gc();
      lock.ensureValid();
      assertThat(LockChild.ask(directory, false)).contains("held by pid ");
    }
  }

  /** Returns the message of the failure. */
  private static String lockInOtherLoader(Path directory) throws Exception {
    URL classes = LocalStorage.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
      Class<?> other = loader.loadClass(LocalStorage.class.getName());
      assertThat(other).isNotSameAs(LocalStorage.class);
      Object storage =
          other
              .getMethod("open", Path.class, boolean.class, boolean.class)
              .invoke(null, directory, false, false);
      try {
        other.getMethod("lock", Duration.class).invoke(storage, Duration.ZERO);
        return "locked";
      } catch (InvocationTargetException e) {
        Throwable thrown = e.getTargetException();
        assertThat(thrown.getClass().getName()).isEqualTo(LockedException.class.getName());
        return String.valueOf(thrown.getMessage());
      }
    }
  }
}
