package org.anvildb.storage.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.LockedException;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.junit.jupiter.api.Test;

/** What the storage in memory can beyond a real one: count, stop, fill up and crash. */
final class MemoryStorageTest {
  private static final CrashPlan EVERYTHING = new CrashPlan(CrashMode.EVERYTHING, 0);

  private final MemoryStorage storage = new MemoryStorage();

  /** Stops a run at an operation, as a crash does. */
  private static final class Stop extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Writes down what it sees. */
  private record Recorder(List<String> seen) implements OperationHook {
    @Override
    public void before(Operation operation, long index) {
      seen.add(index + " " + operation.kind() + " " + operation.name());
    }

    @Override
    public void after(Operation operation, long index) {
      assertThat(seen.getLast()).startsWith(index + " ").endsWith(" " + operation.name());
    }
  }

  /** Writes down what crashes before and after a creation leave. */
  private record CrashAtCreation(MemoryStorage storage, List<List<String>> lists)
      implements OperationHook {
    @Override
    public void before(Operation operation, long index) {
      if (operation.kind() == OperationKind.CREATE) {
        lists.add(storage.crashedCopy(EVERYTHING).list());
      }
    }

    @Override
    public void after(Operation operation, long index) {
      before(operation, index);
    }
  }

  private static void runAll(Storage storage) {
    try (DirectoryLock lock = storage.lock(Duration.ZERO)) {
      lock.ensureValid();
      try (AppendFile file = storage.create("a")) {
        file.append(new byte[10], 0, 10);
        file.sync();
      }
      try (MappedFile file = storage.createMapped("b", 10)) {
        file.force(0, 10);
      }
      storage.mapWritable("b").close();
      storage.map("b").close();
      storage.read("a", 0, 1);
      storage.exists("a");
      storage.size("a");
      storage.list();
      storage.freeBytes();
      storage.rename("a", "c");
      storage.delete("c");
      storage.syncDirectory();
      try (DirectoryDraft draft = storage.draft(Path.of("d"))) {
        storage.link("b", draft.storage());
        draft.publish();
      }
    }
  }

  @Test
  void everyOperationHasAnIndexAndIsSeenBeforeAndAfter() {
    List<String> seen = new ArrayList<>();
    storage.setHook(new Recorder(seen));
    runAll(storage);
    assertThat(seen)
        .containsExactly(
            "0 LOCK LOCK",
            "1 CHECK_LOCK LOCK",
            "2 CREATE a",
            "3 APPEND a",
            "4 SYNC a",
            "5 CLOSE a",
            "6 CREATE_MAPPED b",
            "7 SYNC b",
            "8 FORCE b",
            "9 CLOSE b",
            "10 MAP_WRITABLE b",
            "11 CLOSE b",
            "12 MAP b",
            "13 CLOSE b",
            "14 READ a",
            "15 EXISTS a",
            "16 SIZE a",
            "17 LIST ",
            "18 FREE_BYTES ",
            "19 RENAME a",
            "20 DELETE c",
            "21 SYNC_DIRECTORY ",
            "22 EXISTS d",
            "23 EXISTS d.incomplete",
            "24 CREATE_DIRECTORY d.incomplete",
            "25 LINK b",
            "26 SYNC_DIRECTORY d.incomplete",
            "27 RENAME d.incomplete",
            "28 SYNC_DIRECTORY ",
            "29 UNLOCK LOCK");
    assertThat(storage.operations()).isEqualTo(30);
    for (OperationKind kind : OperationKind.values()) {
      assertThat(seen).anyMatch(line -> line.contains(" " + kind + " "));
    }
  }

  @Test
  void aRunCanStopBeforeAndAfterEveryOperation() {
    for (boolean after : new boolean[] {false, true}) {
      for (int stop = 0; stop < 29; stop++) {
        MemoryStorage one = new MemoryStorage();
        one.setHook(stopAt(one, stop, after));
        assertThatThrownBy(() -> runAll(one)).isInstanceOf(Stop.class);
        assertThatThrownBy(one::list).isInstanceOf(StorageException.class);
      }
    }
  }

  private static OperationHook stopAt(MemoryStorage storage, long at, boolean after) {
    return new OperationHook() {
      @Override
      public void before(Operation operation, long index) {
        if (index == at && !after) {
          storage.powerOff();
          throw new Stop();
        }
      }

      @Override
      public void after(Operation operation, long index) {
        if (index == at && after) {
          storage.powerOff();
          throw new Stop();
        }
      }
    };
  }

  @Test
  void beforeMeansThatNothingIsDoneAndAfterThatAllIs() {
    List<List<String>> lists = new ArrayList<>();
    storage.setHook(new CrashAtCreation(storage, lists));
    storage.create("a");
    assertThat(lists).containsExactly(List.of(), List.of("a"));
  }

  @Test
  void theCrashedStorageRefusesEverythingAndItsMemoryIsGone() {
    DirectoryLock lock = storage.lock(Duration.ZERO);
    AppendFile file = storage.create("a");
    MappedFile mapped = storage.createMapped("b", 10);
    MappedFile read = storage.map("a");
    MemorySegment memory = mapped.memory();
    MemoryStorage left = storage.crash(EVERYTHING);
    for (Runnable use :
        new Runnable[] {
          storage::list,
          () -> storage.create("c"),
          () -> file.append(new byte[1], 0, 1),
          file::sync,
          file::close,
          lock::ensureValid,
          () -> storage.crashedCopy(EVERYTHING)
        }) {
      assertThatThrownBy(use::run)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("crashed");
    }
    assertThatThrownBy(() -> mapped.force(0, 1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    mapped.close();
    read.close();
    lock.close();
    left.lock(Duration.ZERO).close();
    assertThat(left.list()).containsExactly("a", "b");
    assertThat(left.operations()).isEqualTo(3);
  }

  @Test
  void aCrashedCopyIsNotLockedThoughTheOriginalIs() {
    try (DirectoryLock lock = storage.lock(Duration.ZERO)) {
      MemoryStorage copy = storage.crashedCopy(EVERYTHING);
      copy.lock(Duration.ZERO).close();
      lock.ensureValid();
      assertThatThrownBy(() -> storage.lock(Duration.ZERO)).isInstanceOf(LockedException.class);
    }
  }

  @Test
  void aFullDiskTakesAPartOfAnAppendAndNoMoreOfThatFile() {
    storage.setCapacityBytes(100);
    AppendFile file = storage.create("a");
    file.append(new byte[60], 0, 60);
    assertThat(storage.freeBytes()).isEqualTo(40);
    assertThatThrownBy(() -> file.append(new byte[60], 0, 60))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("memory/a")
        .hasMessageContaining("60 bytes: 40 free");
    assertThat(storage.size("a")).isEqualTo(100);
    storage.setCapacityBytes(1000);
    assertThatThrownBy(() -> file.append(new byte[1], 0, 1)).isInstanceOf(StorageException.class);
    assertThat(storage.size("a")).isEqualTo(100);
  }

  @Test
  void aFullDiskTakesNoMappedFileAndRoomComesBackWithADelete() {
    storage.setCapacityBytes(100);
    storage.createMapped("a", 60).close();
    assertThatThrownBy(() -> storage.createMapped("b", 60)).isInstanceOf(DiskFullException.class);
    assertThat(storage.list()).containsExactly("a");
    storage.delete("a");
    storage.createMapped("b", 60).close();
  }

  @Test
  void aMappedFileWhoseSyncFailsIsNotCreated() {
    storage.failSyncAt(1);
    assertThatThrownBy(() -> storage.createMapped("a", 10)).isInstanceOf(StorageException.class);
    assertThat(storage.list()).isEmpty();
  }

  @Test
  void aFileMappedForReadingCantBeMappedForWriting() {
    storage.create("a").close();
    try (MappedFile reader = storage.map("a")) {
      assertThatThrownBy(() -> storage.mapWritable(reader.name()))
          .isInstanceOf(IllegalStateException.class);
    }
    storage.mapWritable("a").close();
  }

  @Test
  void bytesWrittenToADeletedMappingGoNowhere() {
    MappedFile file = storage.createMapped("a", 10);
    storage.delete("a");
    file.memory().fill((byte) 1);
    file.force(0, 10);
    file.close();
    assertThat(storage.crash(EVERYTHING).list()).isEmpty();
  }
}
