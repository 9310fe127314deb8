package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.anvildb.Anvil;
import org.anvildb.api.VerifyReport;
import org.anvildb.bytes.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deep verification counts, and what it finds behind checksums that are right. */
final class DeepVerifyTest {
  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  @Test
  void ofASoundDatabaseEveryKeyIsFoundByPointReadsAndTheCountsAreTold() throws IOException {
    long keys = 0;
    long records = 0;
    for (int seed = 20; seed < 24; seed++) {
      DamagedStore store = DamagedStore.make(temporary, seed, seed % 2 == 0);
      VerifyReport report = Anvil.verifyDeeply(store.directory());
      assertThat(report.findings()).isEmpty();
      assertThat(report.keysFound()).isPositive().isLessThanOrEqualTo(report.entries());
      VerifyReport shallow = Anvil.verify(store.directory());
      assertThat(shallow.keysFound()).isZero();
      assertThat(shallow.entries()).isEqualTo(report.entries());
      keys += report.keysFound();
      records += report.records();
    }
    System.out.printf(
        "deep verification: %,d keys found by point reads, %,d log records, 0 findings%n",
        keys, records);
    assertThat(keys).isGreaterThan(2_000);
    assertThat(records).isGreaterThan(200);
  }

  @Test
  void aPointIndexThatMissesAKeyIsFoundThoughAllChecksumsAreRight() throws IOException {
    DamagedStore store = DamagedStore.make(temporary, 30, false);
    Path manifest = MisuseDirectories.manifest(store.directory());
    Path table = MisuseDirectories.named(store.directory(), ".sst").getFirst();
    byte[] bytes = Files.readAllBytes(table);
    int filter = Bytes.getInt(bytes, bytes.length - 64 + 16);
    int length = Bytes.getInt(bytes, bytes.length - 64 + 20);
    int old = Reseal.footerChecksum(bytes);
    for (int i = 0; i < length; i++) {
      bytes[filter + i] = 0;
    }
    byte[] edits = Files.readAllBytes(manifest);
    assertThat(Reseal.name(edits, old, Reseal.table(bytes))).isTrue();
    Files.write(table, bytes);
    Files.write(manifest, edits);
    VerifyReport report = Anvil.verifyDeeply(store.directory());
    assertThat(report.findings())
        .anyMatch(f -> f.problem().contains("a key that a point read misses"));
  }

  @Test
  void anOperationOfAKeyspaceThatNeverWasIsFound() throws IOException {
    DamagedStore store = DamagedStore.make(temporary, 31, true);
    Path segment = written(store.directory());
    byte[] bytes = Files.readAllBytes(segment);
    int operation = 4096 + 32;
    Bytes.putInt(bytes, operation + 8, 999);
    Reseal.segment(bytes);
    Files.write(segment, bytes);
    assertThat(Anvil.verify(store.directory()).findings())
        .anyMatch(f -> f.problem().contains("entries of keyspace 999"));
    assertThat(Anvil.verifyDeeply(store.directory()).findings())
        .anyMatch(f -> f.problem().contains("entries of keyspace 999"));
  }

  /** Returns the newest segment that has a record. */
  private static Path written(Path directory) throws IOException {
    for (Path segment : MisuseDirectories.named(directory, ".wal").reversed()) {
      byte[] bytes = Files.readAllBytes(segment);
      if (bytes.length > 4104 && Bytes.getLong(bytes, 4096) != 0) {
        return segment;
      }
    }
    throw new IllegalStateException("no segment has a record");
  }
}
