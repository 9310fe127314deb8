package org.anvildb.version;

import static org.anvildb.version.TestTables.initial;
import static org.anvildb.version.TestTables.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.FormatException;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.version.VersionEdit.AddTable;
import org.anvildb.version.VersionEdit.Counters;
import org.anvildb.version.VersionEdit.CreateKeyspace;
import org.anvildb.version.VersionEdit.DropKeyspace;
import org.anvildb.version.VersionEdit.Identity;
import org.anvildb.version.VersionEdit.Progress;
import org.anvildb.version.VersionEdit.RemoveTable;
import org.junit.jupiter.api.Test;

final class ManifestTest {
  @Test
  void everyEditHasTheseBytes() {
    assertBytes(
        new Identity(TestTables.DATABASE, TestTables.HASH_SEED),
        "01 0807060504030201 100f0e0d0c0b0a09 8877665544332211");
    assertBytes(
        new CreateKeyspace(
            300, "caf\u00e9", new KeyspaceOptions("LZ4", FilterPolicy.BLOOM, 4096, 10)),
        "02 ac02 05636166c3a9 034c5a34 02 8020 0a");
    assertBytes(new DropKeyspace(5), "03 05");
    assertBytes(
        new AddTable(1, 0, 9, table(12, "aa", "b")),
        "04 01 00 09 0c e807 0a 01 00 0c000000 026161 0162");
    assertBytes(new RemoveTable(1, 7, 12), "05 01 07 0c");
    assertBytes(new Progress(14, 1_000_000), "06 0e c0843d");
    assertBytes(new Counters(15, 2), "07 0f 02");
  }

  @Test
  void aNewDatabaseHasTheseBytes() {
    CrashingStorage storage = new CrashingStorage();
    VersionLog.start(storage, initial()).close();
    assertThat(HexFormat.of().formatHex(storage.get("CURRENT")))
        .isEqualTo(
            "414e56494c435552"
                + "01000000"
                + "00000000"
                + "0100000000000000"
                + "0807060504030201100f0e0d0c0b0a09"
                + "00000000"
                + "168feeab");
    assertThat(HexFormat.of().formatHex(storage.get("MANIFEST-000001")))
        .isEqualTo(
            "414e56494c4d414e"
                + "01000000"
                + "00000000"
                + "0100000000000000"
                + "0807060504030201100f0e0d0c0b0a09"
                + "00000000"
                + "85a7d19e"
                + "481be9f132000000fe0d949b0400000001000000000000000000000000000000"
                + "010807060504030201100f0e0d0c0b0a098877665544332211"
                + "02000764656661756c74044e4f4e450180400a"
                + "060000"
                + "070201"
                + "000000000000"
                + "dd9dd94200000000000000000000000001000000000000001100000000000000");
  }

  @Test
  void editsReadBackAsWritten() {
    CrashingStorage storage = new CrashingStorage();
    try (VersionLog log = VersionLog.start(storage, initial())) {
      Random random = new Random(1);
      for (int i = 0; i < 300; i++) {
        log.commit(TestTables.randomEdits(log.current(), random));
        RecoveredVersion read = read(storage);
        assertThat(read.version()).as("edit %s", i).isEqualTo(log.current());
        assertThat(read.records()).isEqualTo(i + 2);
        assertThat(read.tornBytes()).isZero();
      }
    }
  }

  @Test
  void anOvergrownManifestIsReplacedByASnapshot() {
    CrashingStorage storage = new CrashingStorage();
    try (VersionLog log = VersionLog.start(storage, initial(), 2_000)) {
      Random random = new Random(2);
      for (int i = 0; i < 500; i++) {
        log.commit(TestTables.randomEdits(log.current(), random));
        assertThat(read(storage).version()).isEqualTo(log.current());
        assertThat(storage.list())
            .containsExactly("CURRENT", FileName.manifest(log.manifestNumber()));
      }
      assertThat(log.manifestNumber()).isGreaterThan(15);
      assertThat(log.nextFile()).isGreaterThan(log.manifestNumber());
    }
  }

  @Test
  void numbersGoOnAboveAllThatWereSeen() {
    CrashingStorage storage = new CrashingStorage();
    storage.put("000041.sst", new byte[1]);
    try (VersionLog log = VersionLog.start(storage, initial())) {
      assertThat(log.manifestNumber()).isEqualTo(42);
      assertThat(log.nextFile()).isEqualTo(43);
      log.commit(List.of(new Progress(0, 0)));
    }
    assertThat(read(storage).version().nextFile()).isEqualTo(43);
  }

  @Test
  void afterAFailedWriteNothingIsAppendedAnyMore() {
    for (int failing = 0; failing < 3; failing++) {
      CrashingStorage storage = new CrashingStorage();
      VersionLog log = VersionLog.start(storage, initial());
      Version before = log.current();
      storage.failAt(storage.operations() + failing);
      List<VersionEdit> edits = List.of(new AddTable(0, 0, table(5, "a", "b")));
      assertThatThrownBy(() -> log.commit(edits)).isInstanceOf(StorageException.class);
      storage.failAt(Integer.MAX_VALUE);
      int operations = storage.operations();
      assertThatThrownBy(() -> log.commit(edits))
          .isInstanceOf(PoisonedException.class)
          .hasCauseInstanceOf(StorageException.class);
      assertThat(storage.operations()).isEqualTo(operations);
      assertThat(log.current()).isEqualTo(before);
    }
  }

  @Test
  void editsThatDoNotFitLeaveTheLogAlive() {
    CrashingStorage storage = new CrashingStorage();
    VersionLog log = VersionLog.start(storage, initial());
    assertThatThrownBy(() -> log.commit(List.of(new RemoveTable(0, 0, 5))))
        .isInstanceOf(IllegalStateException.class);
    log.commit(List.of(new Progress(1, 1)));
    assertThat(read(storage).version()).isEqualTo(log.current());
  }

  @Test
  void anEmptyDirectoryAndAnInterruptedCreationHoldNoDatabase() {
    assertThat(ManifestReader.read(new CrashingStorage())).isNull();
    assertThat(
            ManifestReader.read(
                CrashingStorage.of(
                    Map.of(
                        "LOCK", new byte[0],
                        "MANIFEST-000001", new byte[9],
                        "CURRENT.tmp", new byte[0],
                        "notes.txt", new byte[5]))))
        .isNull();
  }

  @Test
  void aMissingFileIsCorruptionThatTellsWhatIsThere() {
    CrashingStorage storage = new CrashingStorage();
    VersionLog.start(storage, initial()).close();
    storage.put("000034.sst", new byte[1]);
    storage.put("000035.sst", new byte[1]);
    storage.put("000036.wal", new byte[1]);
    byte[] manifest = storage.get("MANIFEST-000001");
    storage.remove("MANIFEST-000001");
    assertCorrupt(
        storage, "MANIFEST-000001: missing, 2 tables and 1 log segment present; run repair");
    storage.put("MANIFEST-000001", manifest);
    storage.remove("CURRENT");
    assertCorrupt(storage, "CURRENT: missing, 2 tables and 1 log segment present; run repair");
  }

  @Test
  void theManifestOfAnotherDatabaseIsRefused() {
    CrashingStorage storage = new CrashingStorage();
    VersionLog.start(storage, initial()).close();
    CrashingStorage other = new CrashingStorage();
    UUID id = new UUID(1, 2);
    VersionLog.start(other, Version.initial(id, 3, KeyspaceOptions.defaults())).close();
    storage.put("MANIFEST-000001", other.get("MANIFEST-000001"));
    assertCorrupt(
        storage,
        "MANIFEST-000001 at 0: is the manifest of another database or number; restore the right"
            + " one or run repair");
  }

  @Test
  void aNewerFormatIsNamed() {
    for (String name : List.of("CURRENT", "MANIFEST-000001")) {
      CrashingStorage storage = new CrashingStorage();
      VersionLog.start(storage, initial()).close();
      byte[] bytes = storage.get(name);
      Bytes.putInt(bytes, 8, 7);
      Bytes.putInt(bytes, 44, Checksum.of(bytes, 0, 44));
      storage.put(name, bytes);
      assertThatThrownBy(() -> ManifestReader.read(storage))
          .isInstanceOf(FormatException.class)
          .hasMessageStartingWith(name + ": written by format 7, this library reads <= 1");
    }
  }

  @Test
  void databasesOfOtherEnginesAreNamed() {
    byte[] current = "MANIFEST-000005\n".getBytes(StandardCharsets.US_ASCII);
    assertForeign(Map.of("CURRENT", current, "000007.ldb", new byte[1]), "LevelDB,");
    assertForeign(Map.of("CURRENT", current, "OPTIONS-000009", new byte[1]), "RocksDB,");
    assertForeign(Map.of("CURRENT", current), "LevelDB or RocksDB,");
  }

  private static void assertForeign(Map<String, byte[]> files, String engine) {
    assertThatThrownBy(() -> ManifestReader.read(CrashingStorage.of(files)))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith("CURRENT: this is a database of " + engine);
  }

  private static void assertCorrupt(CrashingStorage storage, String message) {
    assertThatThrownBy(() -> ManifestReader.read(storage))
        .isInstanceOf(CorruptionException.class)
        .hasMessage(message);
  }

  private static void assertBytes(VersionEdit edit, String hex) {
    byte[] bytes = ManifestFormat.encode(List.of(edit));
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(hex.replace(" ", ""));
    assertThat(ManifestFormat.decode("MANIFEST-000001", 0, bytes, 0, bytes.length))
        .containsExactly(edit);
  }

  private static RecoveredVersion read(CrashingStorage storage) {
    return Objects.requireNonNull(ManifestReader.read(storage));
  }
}
