package org.anvildb.storage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.anvildb.api.AnvilException;
import org.anvildb.api.LockedException;
import org.anvildb.api.NotADatabaseException;
import org.anvildb.api.StorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every storage must do; a subclass for each implementation runs it. */
abstract class StorageContract {
  /** Returns an empty storage, the same one throughout a test. */
  abstract Storage storage();

  /** Returns the path of another directory, which drafts of this storage may become. */
  abstract Path beside(String name);

  /** Opens another directory. */
  abstract Storage open(Path directory);

  private void write(String name, String text) {
    try (AppendFile file = storage().create(name)) {
      byte[] bytes = text.getBytes(UTF_8);
      file.append(bytes, 0, bytes.length);
      file.sync();
    }
  }

  private String text(String name) {
    return new String(storage().read(name, 0, 1 << 20), UTF_8);
  }

  @Test
  void appendsAndReadsBack() {
    try (AppendFile file = storage().create("a.log")) {
      assertThat(file.name()).isEqualTo("a.log");
      file.append("..hello..".getBytes(UTF_8), 2, 5);
      file.append(" world".getBytes(UTF_8), 0, 6);
      assertThat(file.length()).isEqualTo(11);
      assertThat(text("a.log")).isEqualTo("hello world");
      file.sync();
    }
    assertThat(storage().size("a.log")).isEqualTo(11);
    assertThat(new String(storage().read("a.log", 6, 3), UTF_8)).isEqualTo("wor");
  }

  @Test
  void appendsMoreThanOneSlice() {
    byte[] bytes = new byte[200_001];
    new Random(1).nextBytes(bytes);
    try (AppendFile file = storage().create("big")) {
      file.append(bytes, 0, bytes.length);
    }
    assertThat(storage().read("big", 0, 300_000)).isEqualTo(bytes);
  }

  @Test
  void readsFewerBytesAtTheEndAndNoneBehindIt() {
    write("a", "hello");
    assertThat(storage().read("a", 3, 100)).hasSize(2);
    assertThat(storage().read("a", 5, 100)).isEmpty();
    assertThat(storage().read("a", Long.MAX_VALUE, Integer.MAX_VALUE)).isEmpty();
    assertThatThrownBy(() -> storage().read("a", -1, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().read("a", 0, -1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aClosedFileTakesNoBytes() {
    AppendFile file = storage().create("a");
    file.close();
    file.close();
    assertThatThrownBy(() -> file.append(new byte[1], 0, 1))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(file::sync).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void createRefusesATakenNameAndLeavesItsFile() {
    write("a", "old");
    assertThatThrownBy(() -> storage().create("a")).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> storage().createMapped("a", 4096))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> storage().reserveMapped("a", 4096))
        .isInstanceOf(StorageException.class);
    assertThat(text("a")).isEqualTo("old");
  }

  @Test
  void createMappedGivesZerosThatCanBeWrittenAndForced() {
    try (MappedFile file = storage().createMapped("1.wal", 10_000)) {
      MemorySegment memory = file.memory();
      assertThat(memory.byteSize()).isEqualTo(10_000);
      assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      memory.set(ValueLayout.JAVA_LONG_UNALIGNED, 5_001, 42);
      assertThat(storage().read("1.wal", 5_001, 1)[0]).isEqualTo((byte) 42);
      file.force(5_001, 8);
      file.force(10_000, 0);
      file.force(0, 10_000);
      assertThatThrownBy(() -> file.force(9_999, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertThat(storage().size("1.wal")).isEqualTo(10_000);
    assertThat(storage().read("1.wal", 5_001, 1)[0]).isEqualTo((byte) 42);
    assertThatThrownBy(() -> storage().createMapped("2.wal", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void reserveMappedGivesZerosThatCanBeWrittenAndForced() {
    try (MappedFile file = storage().reserveMapped("1.wal", 10_000)) {
      MemorySegment memory = file.memory();
      assertThat(memory.byteSize()).isEqualTo(10_000);
      assertThat(memory.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
      memory.set(ValueLayout.JAVA_LONG_UNALIGNED, 5_001, 42);
      file.populate();
      assertThat(memory.get(ValueLayout.JAVA_LONG_UNALIGNED, 5_001)).isEqualTo(42);
      file.force(0, 10_000);
    }
    assertThat(storage().size("1.wal")).isEqualTo(10_000);
    assertThat(storage().read("1.wal", 5_001, 1)[0]).isEqualTo((byte) 42);
    assertThatThrownBy(() -> storage().reserveMapped("1.wal", 1))
        .isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> storage().reserveMapped("2.wal", 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(storage().exists("2.wal")).isFalse();
  }

  @Test
  void aLargeFileIsWholeWhenItIsSyncedOrClosed() {
    byte[] bytes = new byte[5_000_000];
    new Random(9).nextBytes(bytes);
    try (AppendFile file = storage().create("a")) {
      file.append(bytes, 0, 300_000);
      for (int at = 300_000; at < 4_000_000; at += 100_000) {
        file.append(bytes, at, 100_000);
      }
      assertThat(file.length()).isEqualTo(4_000_000);
      file.sync();
      assertThat(storage().size("a")).isEqualTo(4_000_000);
      file.append(bytes, 4_000_000, 1_000_000);
    }
    assertThat(storage().size("a")).isEqualTo(bytes.length);
    assertThat(storage().read("a", 0, bytes.length)).isEqualTo(bytes);
  }

  @Test
  void aFileMappedForWritingAgainKeepsItsBytes() {
    write("a", "hello");
    try (MappedFile file = storage().mapWritable("a")) {
      file.memory().set(ValueLayout.JAVA_BYTE, 0, (byte) 'j');
    }
    try (MappedFile file = storage().mapWritable("a")) {
      assertThat(file.memory().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'j');
    }
    assertThat(text("a")).isEqualTo("jello");
  }

  @Test
  void allMappingsOfAFileSeeTheSameBytes() {
    try (MappedFile one = storage().createMapped("a", 4096);
        MappedFile two = storage().mapWritable("a");
        MappedFile reader = storage().map("a")) {
      one.memory().set(ValueLayout.JAVA_INT_UNALIGNED, 8, 7);
      assertThat(two.memory().get(ValueLayout.JAVA_INT_UNALIGNED, 8)).isEqualTo(7);
      assertThat(reader.memory().get(ValueLayout.JAVA_INT_UNALIGNED, 8)).isEqualTo(7);
    }
  }

  @Test
  void aMappingForReadingCantBeWrittenAndDiesWithItsClose() {
    write("a", "hello");
    MappedFile file = storage().map("a");
    MappedFile other = storage().map("a");
    MemorySegment memory = file.memory();
    assertThat(file.name()).isEqualTo("a");
    assertThat(new String(memory.toArray(ValueLayout.JAVA_BYTE), UTF_8)).isEqualTo("hello");
    assertThatThrownBy(() -> memory.set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> file.force(0, 1)).isInstanceOf(UnsupportedOperationException.class);
    file.close();
    file.close();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThat(other.memory().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'h');
    other.close();
  }

  @Test
  void aMappingForWritingDiesWithItsClose() {
    MappedFile file = storage().createMapped("a", 4096);
    MemorySegment memory = file.memory();
    file.close();
    assertThatThrownBy(() -> memory.get(ValueLayout.JAVA_BYTE, 0))
        .isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> file.force(0, 1)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEmptyFileCanBeMapped() {
    write("a", "");
    try (MappedFile file = storage().map("a")) {
      assertThat(file.memory().byteSize()).isZero();
    }
  }

  @Test
  void renameReplacesItsTarget() {
    write("a", "old");
    write("b", "new");
    storage().rename("b", "a");
    assertThat(text("a")).isEqualTo("new");
    assertThat(storage().list()).containsExactly("a");
    storage().rename("a", "a");
    assertThat(text("a")).isEqualTo("new");
  }

  @Test
  void deleteRemovesAFileUnderItsMapping() {
    write("a", "hello");
    try (MappedFile file = storage().map("a")) {
      storage().delete("a");
      assertThat(storage().exists("a")).isFalse();
      assertThat(file.memory().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 'h');
    }
    storage().syncDirectory();
  }

  @Test
  void listIsSorted() {
    write("b", "");
    write("C", "");
    write("a.10", "");
    assertThat(storage().list()).containsExactly("C", "a.10", "b");
    assertThat(storage().exists("b")).isTrue();
    assertThat(storage().exists("c.none")).isFalse();
  }

  @Test
  void anAbsentFileIsAnErrorThatNamesIt() {
    assertThatThrownBy(() -> storage().size("none"))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(storage().location() + "/none");
    assertThatThrownBy(() -> storage().read("none", 0, 1)).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> storage().map("none")).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> storage().mapWritable("none")).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> storage().delete("none")).isInstanceOf(StorageException.class);
    assertThatThrownBy(() -> storage().rename("none", "b")).isInstanceOf(StorageException.class);
    assertThat(storage().list()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "../a", "a/b", "a\\b", "a b", "a\0", "ä", "a_", "a.", "C:"})
  void refusesNamesThatAreNotPlain(String name) {
    assertThatThrownBy(() -> storage().create(name)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().read(name, 0, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> storage().exists(name)).isInstanceOf(IllegalArgumentException.class);
    write("a", "");
    assertThatThrownBy(() -> storage().rename("a", name))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(storage().list()).containsExactly("a");
  }

  @Test
  void onlyTheLockTouchesTheLockFile() {
    for (boolean held : new boolean[] {false, true}) {
      try (DirectoryLock _ = held ? storage().lock(Duration.ZERO) : null) {
        for (String name : new String[] {"LOCK", "lock"}) {
          assertThatThrownBy(() -> storage().read(name, 0, 1))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> storage().map(name))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> storage().mapWritable(name))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> storage().create(name))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> storage().createMapped(name, 1))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> storage().delete(name))
              .isInstanceOf(IllegalArgumentException.class);
          assertThatThrownBy(() -> storage().rename(name, "a"))
              .isInstanceOf(IllegalArgumentException.class);
        }
      }
    }
  }

  @Test
  void theLockExcludesASecondOneUntilItIsClosed() {
    DirectoryLock lock = storage().lock(Duration.ZERO);
    lock.ensureValid();
    assertThatThrownBy(() -> storage().lock(Duration.ofHours(1)))
        .isInstanceOf(LockedException.class)
        .hasMessageContaining(storage().location())
        .hasMessageContaining("already open in this JVM");
    lock.ensureValid();
    lock.close();
    lock.close();
    assertThatThrownBy(lock::ensureValid).isInstanceOf(StorageException.class);
    DirectoryLock second = storage().lock(Duration.ZERO);
    lock.close();
    second.ensureValid();
    second.close();
  }

  @Test
  void tellsTheRoomThatIsLeft() {
    assertThat(storage().freeBytes()).isPositive();
  }

  @Test
  void aDirectoryIsSeenAsAWholeWhenItIsPublished() {
    write("000001.sst", "table");
    Path target = beside("copy");
    try (DirectoryDraft draft = storage().draft(target)) {
      assertThat(draft.storage().list()).isSubsetOf("LOCK");
      storage().link("000001.sst", draft.storage());
      try (AppendFile file = draft.storage().create("CURRENT")) {
        file.append(new byte[3], 0, 3);
        file.sync();
      }
      assertThatThrownBy(() -> open(target)).isInstanceOf(AnvilException.class);
      draft.publish();
    }
    Storage copy = open(target);
    assertThat(copy.list())
        .contains("000001.sst", "CURRENT")
        .isSubsetOf("000001.sst", "CURRENT", "LOCK");
    assertThat(new String(copy.read("000001.sst", 0, 100), UTF_8)).isEqualTo("table");
    storage().delete("000001.sst");
    assertThat(new String(copy.read("000001.sst", 0, 100), UTF_8)).isEqualTo("table");
    assertThat(storage().list()).isEmpty();
    copy.delete("000001.sst");
    copy.lock(Duration.ZERO).close();
  }

  @Test
  void aDraftThatIsNotPublishedLeavesNothing() {
    write("000001.sst", "table");
    Path target = beside("copy");
    DirectoryDraft draft = storage().draft(target);
    storage().link("000001.sst", draft.storage());
    draft.close();
    draft.close();
    assertThatThrownBy(() -> open(target)).isInstanceOf(AnvilException.class);
    try (DirectoryDraft next = storage().draft(target)) {
      assertThat(next.storage().list()).isSubsetOf("LOCK");
      next.publish();
    }
    open(target);
    assertThat(text("000001.sst")).isEqualTo("table");
  }

  @Test
  void aDraftTakesAnEmptyDirectorysPlaceAndRefusesAFilledOne() {
    write("a", "table");
    Path target = beside("copy");
    for (int i = 0; i < 2; i++) {
      try (DirectoryDraft draft = storage().draft(target)) {
        storage().link("a", draft.storage());
        draft.publish();
      }
      Storage copy = open(target);
      assertThatThrownBy(() -> storage().draft(target)).isInstanceOf(NotADatabaseException.class);
      assertThat(new String(copy.read("a", 0, 100), UTF_8)).isEqualTo("table");
      copy.delete("a");
      makeEmpty(target);
    }
  }

  /** Removes what else an emptied directory may hold. */
  void makeEmpty(Path directory) {}

  @Test
  void linksNothingThatIsMissingAndNothingOverAnotherFile() {
    write("a", "one");
    try (DirectoryDraft draft = storage().draft(beside("copy"))) {
      Storage copy = draft.storage();
      assertThatThrownBy(() -> storage().link("missing", copy))
          .isInstanceOf(StorageException.class);
      assertThatThrownBy(() -> storage().link("../a", copy))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> storage().link("LOCK", copy))
          .isInstanceOf(IllegalArgumentException.class);
      storage().link("a", copy);
      assertThatThrownBy(() -> storage().link("a", copy)).isInstanceOf(StorageException.class);
      assertThat(new String(copy.read("a", 0, 100), UTF_8)).isEqualTo("one");
    }
  }
}
