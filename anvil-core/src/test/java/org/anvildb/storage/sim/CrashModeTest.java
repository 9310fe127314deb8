package org.anvildb.storage.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.anvildb.api.StorageException;
import org.anvildb.storage.AppendFile;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.Storage;
import org.junit.jupiter.api.Test;

/** Each crash mode leaves what it says: all of that, and nothing else. */
final class CrashModeTest {
  private static final int SEEDS = 300;

  private final MemoryStorage storage = new MemoryStorage(Arena::ofConfined);

  /** A file of a synced and an unsynced part, every byte of which tells its part. */
  private AppendFile grow(String name, int synced, int unsynced) {
    AppendFile file = storage.create(name);
    file.append(filled(synced, 1), 0, synced);
    file.sync();
    storage.syncDirectory();
    file.append(filled(unsynced, 2), 0, unsynced);
    return file;
  }

  private static byte[] filled(int length, int value) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  /** A mapped file whose old bytes are 1 and synced, all overwritten with 2, unsynced. */
  private MappedFile overwrite(String name, int bytes) {
    MappedFile file = storage.createMapped(name, bytes);
    file.memory().fill((byte) 1);
    file.force(0, bytes);
    storage.syncDirectory();
    file.memory().fill((byte) 2);
    return file;
  }

  private byte[] crash(CrashMode mode, long seed, String name) {
    return bytes(storage.crashedCopy(new CrashPlan(mode, seed)), name);
  }

  private static byte[] bytes(Storage storage, String name) {
    return storage.read(name, 0, 1 << 20);
  }

  /** Returns the distinct results of many seeds. */
  private <T> Set<T> results(CrashMode mode, Function<MemoryStorage, T> look) {
    Set<T> results = new TreeSet<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      results.add(look.apply(storage.crashedCopy(new CrashPlan(mode, seed))));
    }
    return results;
  }

  @Test
  void syncedOnlyDropsUnsyncedBytesAndNames() {
    grow("a", 100, 50);
    overwrite("b", 5000);
    storage.rename("a", "c");
    storage.create("d");
    storage.delete("b");
    MemoryStorage left = storage.crash(new CrashPlan(CrashMode.SYNCED_ONLY, 0));
    assertThat(left.list()).containsExactly("a", "b");
    assertThat(bytes(left, "a")).isEqualTo(filled(100, 1));
    assertThat(bytes(left, "b")).isEqualTo(filled(5000, 1));
  }

  @Test
  void everythingKeepsUnsyncedBytesAndNames() {
    grow("a", 100, 50);
    overwrite("b", 5000);
    storage.rename("a", "c");
    MemoryStorage left = storage.crash(new CrashPlan(CrashMode.EVERYTHING, 0));
    assertThat(left.list()).containsExactly("b", "c");
    assertThat(bytes(left, "c")).hasSize(150).endsWith(filled(50, 2));
    assertThat(bytes(left, "b")).isEqualTo(filled(5000, 2));
  }

  @Test
  void prefixCutsGrowthAtAnyByte() {
    grow("a", 100, 10);
    assertThat(results(CrashMode.PREFIX, left -> (int) left.size("a")))
        .containsExactly(100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 110);
    for (int seed = 0; seed < SEEDS; seed++) {
      byte[] left = crash(CrashMode.PREFIX, seed, "a");
      assertThat(Arrays.copyOf(left, 100)).isEqualTo(filled(100, 1));
      assertThat(Arrays.copyOfRange(left, 100, left.length))
          .isEqualTo(filled(left.length - 100, 2));
    }
  }

  @Test
  void prefixCutsOverwrittenBytesAtASector() {
    overwrite("a", 2000);
    Set<Integer> cuts = results(CrashMode.PREFIX, left -> cut(bytes(left, "a"), 2000));
    assertThat(cuts).containsExactly(0, 512, 1024, 1536).doesNotContain(-1);
  }

  /** Returns how many bytes of 2 come before those of 1; -1 if there are others. */
  private static int cut(byte[] bytes, int length) {
    int cut = 0;
    while (cut < bytes.length && bytes[cut] == 2) {
      cut++;
    }
    for (int i = cut; i < bytes.length; i++) {
      if (bytes[i] != 1) {
        return -1;
      }
    }
    return bytes.length == length ? cut : -1;
  }

  @Test
  void holesAreZerosInGrowthAndOldBytesInOverwrites() {
    grow("a", 512, 1024);
    overwrite("b", 1024);
    assertThat(results(CrashMode.HOLES, left -> sectors(bytes(left, "a"))))
        .containsExactly("100", "102", "120", "122");
    assertThat(results(CrashMode.HOLES, left -> sectors(bytes(left, "b"))))
        .containsExactly("11", "12", "21", "22");
  }

  @Test
  void holesOfAMappedFileMayBeWholePages() {
    overwrite("a", 8192);
    Set<String> results = results(CrashMode.HOLES, left -> sectors(bytes(left, "a")));
    assertThat(results)
        .contains("1111111122222222", "2222222211111111")
        .hasSizeGreaterThan(SEEDS / 3);
  }

  /** Writes each sector, all bytes of which must be equal, as one digit. */
  private static String sectors(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int from = 0; from < bytes.length; from += 512) {
      for (int i = from; i < Math.min(bytes.length, from + 512); i++) {
        assertThat(bytes[i]).isEqualTo(bytes[from]);
      }
      text.append(bytes[from]);
    }
    return text.toString();
  }

  @Test
  void garbageFillsHolesInGrowthButNotInOverwrites() {
    grow("a", 300, 700);
    overwrite("b", 1024);
    boolean garbage = false;
    boolean stale = false;
    for (int seed = 0; seed < SEEDS; seed++) {
      byte[] left = crash(CrashMode.GARBAGE, seed, "a");
      assertThat(left).hasSize(1000).startsWith(filled(300, 1));
      for (int i = 300; i < 1000; i++) {
        garbage |= left[i] > 2;
        stale |= left[i] == 1;
      }
      assertThat(sectors(crash(CrashMode.GARBAGE, seed, "b"))).matches("[12]{2}");
    }
    assertThat(garbage).isTrue();
    assertThat(stale).isTrue();
  }

  @Test
  void lengthOnlyGrowsWithZerosAndKeepsOldBytes() {
    grow("a", 300, 700);
    overwrite("b", 1024);
    MemoryStorage left = storage.crash(new CrashPlan(CrashMode.LENGTH_ONLY, 0));
    assertThat(bytes(left, "a")).startsWith(filled(300, 1)).endsWith(filled(700, 0));
    assertThat(bytes(left, "b")).isEqualTo(filled(1024, 1));
  }

  @Test
  void directoryKeepsOrLosesEachUnsyncedChange() {
    grow("CURRENT", 1, 0);
    grow("old", 1, 0);
    AppendFile next = storage.create("tmp");
    next.append(filled(2, 2), 0, 2);
    next.sync();
    storage.rename("tmp", "CURRENT");
    storage.delete("old");
    storage.create("new");
    Set<String> states =
        results(CrashMode.DIRECTORY, left -> left.list() + " " + left.size("CURRENT"));
    // Creation of tmp, renaming, removal of old, creation of new: 16 subsets; where the renaming is
    // kept it makes no difference whether the creation was.
    assertThat(states)
        .containsExactly(
            "[CURRENT, new, old, tmp] 1",
            "[CURRENT, new, old] 1",
            "[CURRENT, new, old] 2",
            "[CURRENT, new, tmp] 1",
            "[CURRENT, new] 1",
            "[CURRENT, new] 2",
            "[CURRENT, old, tmp] 1",
            "[CURRENT, old] 1",
            "[CURRENT, old] 2",
            "[CURRENT, tmp] 1",
            "[CURRENT] 1",
            "[CURRENT] 2");
  }

  @Test
  void directoryCanKeepARenamingAndLoseTheBytesThatWereNotSyncedBefore() {
    grow("CURRENT", 1, 0);
    storage.create("tmp").append(filled(2, 2), 0, 2);
    storage.rename("tmp", "CURRENT");
    assertThat(results(CrashMode.DIRECTORY, left -> left.size("CURRENT")))
        .containsExactly(0L, 1L, 2L);
  }

  @Test
  void aSyncedDirectoryLosesNothing() {
    grow("CURRENT", 1, 0);
    grow("tmp", 2, 0);
    storage.rename("tmp", "CURRENT");
    storage.create("b");
    storage.delete("b");
    storage.syncDirectory();
    for (CrashMode mode : CrashMode.values()) {
      assertThat(results(mode, left -> left.list() + " " + left.size("CURRENT")))
          .containsExactly("[CURRENT] 2");
    }
  }

  @Test
  void tornMixesOldAndNewSectorsAndKeepsGrowth() {
    overwrite("a", 1024);
    grow("b", 10, 10);
    assertThat(results(CrashMode.TORN, left -> sectors(bytes(left, "a"))))
        .containsExactly("11", "12", "21", "22");
    assertThat(results(CrashMode.TORN, left -> left.size("b"))).containsExactly(20L);
  }

  @Test
  void fileByFileKeepsOneFileAndLosesAnother() {
    grow("a", 1, 1);
    grow("b", 1, 1);
    assertThat(results(CrashMode.FILE_BY_FILE, left -> left.size("a") + " " + left.size("b")))
        .containsExactly("1 1", "1 2", "2 1", "2 2");
  }

  @Test
  void syncingOneFileDoesNotSyncAnother() {
    grow("a", 1, 1);
    AppendFile b = grow("b", 1, 1);
    b.sync();
    assertThat(results(CrashMode.FILE_BY_FILE, left -> left.size("a") + " " + left.size("b")))
        .containsExactly("1 2", "2 2");
  }

  @Test
  void bytesOfAFailedSyncAreSeenUntilTheCrashAndGoneAfter() {
    AppendFile file = grow("a", 100, 50);
    storage.failSyncAt(storage.operations());
    assertThatThrownBy(file::sync).isInstanceOf(StorageException.class);
    assertThat(bytes(storage, "a")).hasSize(150);
    file.sync();
    assertThat(bytes(storage, "a")).hasSize(150);
    for (CrashMode mode : CrashMode.values()) {
      assertThat(results(mode, left -> Arrays.toString(bytes(left, "a"))))
          .as(mode.toString())
          .containsExactly(Arrays.toString(filled(100, 1)));
    }
  }

  @Test
  void namesOfAFailedSyncAreSeenUntilTheCrashAndNeverOnDisk() {
    storage.create("a").close();
    storage.failSyncAt(storage.operations());
    assertThatThrownBy(storage::syncDirectory).isInstanceOf(StorageException.class);
    storage.create("b").close();
    assertThatThrownBy(storage::syncDirectory)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("an earlier sync");
    assertThat(storage.list()).containsExactly("a", "b");
    storage.endProcess();
    storage.syncDirectory();
    assertThat(storage.list()).containsExactly("a", "b");
    assertThat(results(CrashMode.SYNCED_ONLY, left -> left.list().toString()))
        .containsExactly("[b]");
  }

  @Test
  void bytesBehindAFailedSyncLeaveAHole() {
    AppendFile file = grow("a", 4096, 4096);
    storage.failSyncAt(storage.operations());
    assertThatThrownBy(file::sync).isInstanceOf(StorageException.class);
    file.append(filled(10, 3), 0, 10);
    file.sync();
    byte[] left = crash(CrashMode.LOST_SYNC, 0, "a");
    assertThat(left).hasSize(8202).startsWith(filled(4096, 1)).endsWith(filled(10, 3));
    assertThat(Arrays.copyOfRange(left, 4096, 8192)).containsOnly(0);
  }

  @Test
  void aPageWrittenAgainAfterItsFailedForceIsDirtyAgain() {
    MappedFile file = overwrite("a", 8192);
    storage.failSyncAt(storage.operations());
    assertThatThrownBy(() -> file.force(0, 8192)).isInstanceOf(StorageException.class);
    file.force(0, 8192);
    file.memory().set(ValueLayout.JAVA_BYTE, 0, (byte) 3);
    assertThat(crash(CrashMode.SYNCED_ONLY, 0, "a")).containsOnly(1);
    byte[] left = crash(CrashMode.LOST_SYNC, 0, "a");
    assertThat(left[0]).isEqualTo((byte) 3);
    assertThat(left[1]).isEqualTo((byte) 2);
    assertThat(left[4096]).isEqualTo((byte) 1);
    file.force(0, 1);
    assertThat(crash(CrashMode.SYNCED_ONLY, 0, "a")[1]).isEqualTo((byte) 2);
  }

  @Test
  void forceSyncsThePagesThatItsRangeTouches() {
    MappedFile file = overwrite("a", 5 * 4096);
    file.force(4096 + 10, 4096);
    byte[] left = crash(CrashMode.SYNCED_ONLY, 0, "a");
    assertThat(sectors(left)).isEqualTo("11111111" + "2222222222222222" + "1111111111111111");
  }

  @Test
  void aCreatedMappingIsZerosAfterEveryCrashButItsNameMayBeGone() {
    storage.createMapped("a", 5000);
    assertThat(results(CrashMode.DIRECTORY, left -> left.list().toString()))
        .containsExactly("[]", "[a]");
    storage.syncDirectory();
    for (CrashMode mode : CrashMode.values()) {
      assertThat(crash(mode, 1, "a")).isEqualTo(new byte[5000]);
    }
  }

  @Test
  void theSamePlanLeavesTheSameDisk() {
    grow("a", 5000, 5000);
    overwrite("b", 8192);
    for (CrashMode mode : CrashMode.values()) {
      for (int seed = 0; seed < 20; seed++) {
        assertThat(crash(mode, seed, "a")).isEqualTo(crash(mode, seed, "a"));
        assertThat(crash(mode, seed, "b")).isEqualTo(crash(mode, seed, "b"));
      }
    }
  }
}
