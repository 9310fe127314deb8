package org.anvildb.storage.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;
import org.anvildb.api.TooManyOpenFilesException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.DirectoryDraft;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.MappedFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Injected faults hit the operation that they name, with the exception of a real one. */
final class FaultyStorageTest {
  private final MemoryStorage memory = new MemoryStorage();
  private final FaultyStorage storage = new FaultyStorage(memory);

  private void inject(OperationKind kind, long nth, Fault fault, boolean sticky) {
    storage.inject(new FaultPlan(Set.of(kind), nth, fault, sticky));
  }

  private void use(OperationKind kind) {
    switch (kind) {
      case LOCK, CHECK_LOCK, UNLOCK -> {
        try (DirectoryLock lock = storage.lock(Duration.ZERO)) {
          lock.ensureValid();
        }
      }
      case LIST -> storage.list();
      case EXISTS -> storage.exists("a");
      case SIZE -> storage.size("a");
      case FREE_BYTES -> storage.freeBytes();
      case CREATE, APPEND, SYNC, CLOSE -> {
        try (AppendFile file = storage.create("new")) {
          file.append(new byte[10], 0, 10);
          file.sync();
        }
      }
      case CREATE_MAPPED, FORCE -> {
        try (MappedFile file = storage.createMapped("mapped", 10)) {
          file.force(0, 10);
        }
      }
      case MAP_WRITABLE -> storage.mapWritable("a").close();
      case MAP -> storage.map("a").close();
      case READ -> storage.read("a", 0, 10);
      case RENAME -> storage.rename("a", "b");
      case DELETE -> storage.delete("a");
      case SYNC_DIRECTORY -> storage.syncDirectory();
      case LINK, CREATE_DIRECTORY -> {
        try (DirectoryDraft draft = storage.draft(Path.of("copy"))) {
          storage.link("a", draft.storage());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyKindOfOperationCanFail(OperationKind kind) {
    try (AppendFile file = storage.create("a")) {
      file.append(new byte[10], 0, 10);
    }
    inject(kind, 0, new Fault.IoFailure(), false);
    assertThatThrownBy(() -> use(kind))
        .isExactlyInstanceOf(StorageException.class)
        .hasMessageContaining("Input/output error");
    assertThat(storage.hits()).isEqualTo(1);
    assertThat(storage.seen()).isEqualTo(1);
    assertThat(memory.exists("a")).isTrue();
    assertThat(memory.exists("mapped")).isEqualTo(kind == OperationKind.FORCE);
    memory.lock(Duration.ZERO).close();
  }

  @Test
  void aShortReadReturnsHalfOfTheBytes() {
    try (AppendFile file = storage.create("a")) {
      file.append(new byte[10], 0, 10);
    }
    inject(OperationKind.READ, 0, new Fault.ShortRead(), false);
    assertThat(storage.read("a", 0, 10)).hasSize(5);
    assertThat(storage.read("a", 0, 10)).hasSize(10);
    inject(OperationKind.LIST, 0, new Fault.ShortRead(), false);
    assertThatThrownBy(storage::list).isExactlyInstanceOf(StorageException.class);
  }

  @Test
  void theNthOperationFailsOnceOrFromThenOn() {
    for (boolean sticky : new boolean[] {false, true}) {
      inject(OperationKind.LIST, 2, new Fault.TooManyOpenFiles(), sticky);
      storage.list();
      storage.list();
      assertThatThrownBy(storage::list).isInstanceOf(TooManyOpenFilesException.class);
      if (sticky) {
        assertThatThrownBy(storage::list).isInstanceOf(TooManyOpenFilesException.class);
      } else {
        storage.list();
      }
      assertThat(storage.seen()).isEqualTo(4);
      assertThat(storage.hits()).isEqualTo(sticky ? 2 : 1);
      storage.inject(null);
      storage.list();
    }
  }

  @Test
  void aShortWriteLeavesHalfAndTheFileTakesNoMore() {
    AppendFile file = storage.create("a");
    inject(OperationKind.APPEND, 1, new Fault.ShortWrite(), false);
    file.append(new byte[10], 0, 10);
    assertThatThrownBy(() -> file.append(new byte[10], 0, 10))
        .isInstanceOf(DiskFullException.class);
    assertThat(memory.size("a")).isEqualTo(15);
    assertThatThrownBy(() -> file.append(new byte[1], 0, 1)).isInstanceOf(StorageException.class);
    assertThatThrownBy(file::sync).isInstanceOf(StorageException.class);
    file.close();
  }

  @Test
  void aFullDiskWritesNothing() {
    AppendFile file = storage.create("a");
    inject(OperationKind.APPEND, 0, new Fault.NoSpace(), false);
    assertThatThrownBy(() -> file.append(new byte[10], 0, 10))
        .isInstanceOf(DiskFullException.class);
    assertThat(memory.size("a")).isZero();
  }

  @Test
  void aBitFlipIsSeenByOneReadAndNotInTheFile() {
    try (AppendFile file = storage.create("a")) {
      file.append(new byte[100], 0, 100);
    }
    inject(OperationKind.READ, 0, new Fault.BitFlip(7), false);
    assertThat(ones(storage.read("a", 0, 100))).isEqualTo(1);
    assertThat(ones(storage.read("a", 0, 100))).isZero();
    inject(OperationKind.MAP, 0, new Fault.BitFlip(7), false);
    MappedFile mapped = storage.map("a");
    assertThat(ones(mapped.memory().toArray(ValueLayout.JAVA_BYTE))).isEqualTo(1);
    mapped.close();
    assertThatThrownBy(() -> mapped.memory().get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThat(ones(memory.read("a", 0, 100))).isZero();
  }

  private static int ones(byte[] bytes) {
    int ones = 0;
    for (byte b : bytes) {
      ones += Integer.bitCount(b & 0xff);
    }
    return ones;
  }

  @Test
  void onlyReadsCanFlipABit() {
    assertThatThrownBy(() -> inject(OperationKind.APPEND, 0, new Fault.BitFlip(1), false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
