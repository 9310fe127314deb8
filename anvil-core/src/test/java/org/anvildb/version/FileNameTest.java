package org.anvildb.version;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.anvildb.version.VersionEdit.AddTable;
import org.anvildb.version.VersionEdit.Progress;
import org.junit.jupiter.api.Test;

final class FileNameTest {
  @Test
  void namesReadBackAsWritten() {
    for (FileName name :
        List.of(
            new FileName(FileName.Kind.CURRENT, 0),
            new FileName(FileName.Kind.CURRENT_DRAFT, 0),
            new FileName(FileName.Kind.LOCK, 0),
            new FileName(FileName.Kind.MANIFEST, 7),
            new FileName(FileName.Kind.WAL, 1_000_000),
            new FileName(FileName.Kind.TABLE, 123_456_789_012L))) {
      assertThat(FileName.parse(name.text())).isEqualTo(name);
      assertThat(name.text()).matches("[A-Za-z0-9.-]+");
    }
    assertThat(FileName.manifest(7)).isEqualTo("MANIFEST-000007");
    assertThat(FileName.wal(12)).isEqualTo("000012.wal");
    assertThat(FileName.table(13)).isEqualTo("000013.sst");
  }

  @Test
  void whatTheEngineWouldNotWriteIsForeign() {
    for (String name :
        List.of(
            "",
            "12.sst",
            "0000012.sst",
            "000000.sst",
            "000012.SST",
            "000012.ldb",
            "-00012.sst",
            "00001a.wal",
            "MANIFEST-7",
            "manifest-000007",
            "MANIFEST-9999999999999999999",
            "current",
            "CURRENT.bak",
            "lock")) {
      assertThat(FileName.parse(name)).as(name).isNull();
    }
  }

  @Test
  void orphansAreOurFilesThatTheVersionDoesNotName() {
    Version version =
        TestTables.initial()
            .apply(List.of(new AddTable(0, 0, TestTables.table(5, "a", "b")), new Progress(8, 1)));
    List<String> names =
        List.of(
            "000004.sst",
            "000005.sst",
            "000007.wal",
            "000008.wal",
            "CURRENT",
            "CURRENT.tmp",
            "LOCK",
            "MANIFEST-000001",
            "MANIFEST-000002",
            "notes.txt");
    assertThat(OrphanFiles.among(names, version, 2))
        .containsExactly("000004.sst", "000007.wal", "CURRENT.tmp", "MANIFEST-000001");
    assertThat(FileName.highestNumber(names)).isEqualTo(8);
  }
}
