package org.anvildb.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An interrupt neither disturbs an operation of a local directory nor gets lost. */
final class InterruptTest {
  @TempDir Path top;

  @AfterEach
  void clearFlag() {
    Thread.interrupted();
  }

  /** Runs every method once. */
  private static void useAll(Storage storage, DirectoryLock lock) {
    try (AppendFile file = storage.create("a")) {
      file.append("hello".getBytes(UTF_8), 0, 5);
      file.sync();
      file.append("!".getBytes(UTF_8), 0, 1);
      file.sync();
    }
    byte[] large = new byte[3 << 20];
    Arrays.fill(large, (byte) 7);
    try (AppendFile file = storage.create("l")) {
      file.append(large, 0, large.length);
      file.append(large, 0, 1);
      file.sync();
    }
    assertThat(storage.size("l")).isEqualTo(large.length + 1);
    assertThat(storage.read("l", 0, large.length)).isEqualTo(large);
    storage.delete("l");
    try (MappedFile file = storage.reserveMapped("r", 8192)) {
      file.populate();
      assertThat(file.memory().toArray(ValueLayout.JAVA_BYTE)).hasSize(8192).containsOnly(0);
    }
    storage.delete("r");
    try (MappedFile file = storage.createMapped("b", 8192)) {
      file.memory().set(ValueLayout.JAVA_BYTE, 5000, (byte) 1);
      file.force(5000, 1);
    }
    try (MappedFile file = storage.mapWritable("b")) {
      file.memory().set(ValueLayout.JAVA_BYTE, 1, (byte) 1);
      file.force(0, 8192);
    }
    try (MappedFile file = storage.map("b")) {
      assertThat(file.memory().get(ValueLayout.JAVA_BYTE, 5000)).isEqualTo((byte) 1);
    }
    assertThat(storage.read("a", 0, 10)).isEqualTo("hello!".getBytes(UTF_8));
    storage.rename("a", "c");
    storage.syncDirectory();
    assertThat(storage.list()).containsExactly("LOCK", "b", "c");
    assertThat(storage.exists("a")).isFalse();
    assertThat(storage.size("b")).isEqualTo(8192);
    assertThat(storage.freeBytes()).isPositive();
    storage.delete("b");
    storage.delete("c");
    storage.syncDirectory();
    lock.ensureValid();
  }

  @Test
  void everyMethodWorksWithTheFlagSetAndKeepsIt() throws Exception {
    Thread.currentThread().interrupt();
    Path directory = top.resolve("db");
    Storage storage = LocalStorage.open(directory, true, false);
    DirectoryLock lock = storage.lock(Duration.ZERO);
    useAll(storage, lock);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(LockChild.ask(directory, false)).contains("held by pid ");
    Thread.currentThread().interrupt();
    lock.close();
    storage.close();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(LockChild.ask(directory, false)).isEqualTo("locked");
  }

  @Test
  void interruptsFromOutsideAtAnyMomentDoNoHarm() throws IOException, InterruptedException {
    Storage storage = LocalStorage.open(top, false, false);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicBoolean done = new AtomicBoolean();
    try (DirectoryLock lock = storage.lock(Duration.ZERO)) {
      Thread victim =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < 30; i++) {
                    useAll(storage, lock);
                  }
                } catch (Throwable e) {
                  failure.set(e);
                } finally {
                  done.set(true);
                }
              });
      while (!done.get()) {
        victim.interrupt();
        Thread.onSpinWait();
      }
      victim.join();
      assertThat(failure.get()).isNull();
      assertThat(LockChild.ask(top, false)).contains("held by pid ");
    }
  }
}
