package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.FormatException;
import org.anvildb.api.RepairReport;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;
import org.anvildb.wal.SegmentFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repairs of a killed database whose log is one segment, of which every batch was acknowledged as
 * synced: wherever the file is cut, no batch is gone without a word.
 */
final class RepairOfCutLogsTest {
  private static final int PUTS = 10;
  private static final DatabaseOptions SYNCED =
      DatabaseOptions.builder().durability(Durability.SYNC).build();
  private static final DatabaseOptions EXISTING =
      DatabaseOptions.builder().createIfMissing(false).readOnly(true).build();

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  private Path killed;
  private Path floor;
  private byte[] sound;
  private int repairs;

  @BeforeEach
  void make() throws IOException {
    Path living = temporary.resolve("living");
    killed = temporary.resolve("killed");
    try (Database db = Anvil.open(living, SYNCED)) {
      for (int i = 0; i < PUTS; i++) {
        db.put(SeedKeys.key(i), SeedKeys.value(i, 1));
      }
      MisuseDirectories.copy(living, killed);
    }
    floor = MisuseDirectories.named(killed, ".wal").getFirst();
    sound = Files.readAllBytes(floor);
  }

  /** Repairs what is there now, into a directory of its own; returns how many entries it has. */
  private int repair(List<RepairReport> reports) {
    Path target = temporary.resolve("repaired-" + repairs++);
    reports.add(Anvil.repair(killed, target));
    try (Database db = Anvil.open(target, EXISTING)) {
      return SeedKeys.numbers(db).size();
    }
  }

  /** Returns where the records end, and where the first one starts. */
  private List<Integer> ends() {
    List<Integer> ends = new ArrayList<>(List.of(SegmentFormat.HEADER_BYTES));
    while (Bytes.getLong(sound, ends.getLast()) != 0) {
      int length = Bytes.getInt(sound, ends.getLast() + 4);
      ends.add(ends.getLast() + (int) RecordFormat.recordBytes(length));
    }
    assertThat(ends).hasSize(PUTS + 1);
    return ends;
  }

  @Test
  void aSegmentOfALaterFormatIsRefusedRatherThanTakenForLost() throws IOException {
    Bytes.putInt(sound, 8, 9);
    Bytes.putInt(sound, 4092, Checksum.of(sound, 0, 4092));
    Files.write(floor, sound);
    assertThatThrownBy(() -> repair(new ArrayList<>()))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("WAL format 9");
  }

  @Test
  void aFirstSegmentShorterThanItsHeaderIsALoss() throws IOException {
    List<RepairReport> reports = new ArrayList<>();
    for (int length : new int[] {0, 100, SegmentFormat.HEADER_BYTES - 1}) {
      Files.write(floor, Arrays.copyOf(sound, length));
      assertThat(repair(reports)).isZero();
      RepairReport report = reports.getLast();
      assertThat(report.isComplete()).as("cut to %d", length).isFalse();
      assertThat(report.losses())
          .as("cut to %d", length)
          .hasSize(1)
          .allMatch(loss -> loss.file().equals(floor.getFileName().toString()))
          .allMatch(loss -> loss.reason().contains("shorter than its header"));
    }
  }

  @Test
  void aCutBehindTheHeaderOrBehindAnyRecordIsTold() throws IOException {
    List<RepairReport> reports = new ArrayList<>();
    List<Integer> ends = ends();
    for (int saved = 0; saved <= PUTS; saved++) {
      for (int more : new int[] {0, 4}) {
        int length = ends.get(saved) + more;
        Files.write(floor, Arrays.copyOf(sound, length));
        assertThat(repair(reports)).isEqualTo(saved);
        assertThat(reports.getLast().isComplete()).as("cut to %d", length).isFalse();
        assertThat(reports.getLast().losses())
            .as("cut to %d", length)
            .anyMatch(loss -> loss.file().equals(floor.getFileName().toString()));
      }
    }
  }

  @Test
  void aCutInTheZerosBehindTheLogLosesNothing() throws IOException {
    List<RepairReport> reports = new ArrayList<>();
    int end = ends().getLast();
    for (int length : new int[] {end + 8, end + 1001, 3 * SegmentFormat.HEADER_BYTES}) {
      Files.write(floor, Arrays.copyOf(sound, length));
      assertThat(repair(reports)).isEqualTo(PUTS);
      assertThat(reports.getLast().isComplete()).as("%s", reports.getLast()).isTrue();
    }
  }

  @Test
  void aLogThatWasMadeAndHoldsNothingIsComplete() throws IOException {
    Path living = temporary.resolve("empty");
    killed = temporary.resolve("killed-empty");
    try (Database db = Anvil.open(living)) {
      assertThat(db.keyspaces()).hasSize(1);
      MisuseDirectories.copy(living, killed);
    }
    List<RepairReport> reports = new ArrayList<>();
    assertThat(repair(reports)).isZero();
    assertThat(reports.getLast().isComplete()).as("%s", reports.getLast()).isTrue();
  }
}
