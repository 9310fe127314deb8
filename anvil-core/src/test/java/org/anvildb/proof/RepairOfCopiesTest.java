package org.anvildb.proof;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.anvildb.Anvil;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Database;
import org.anvildb.api.Entry;
import org.anvildb.api.KeyRange;
import org.anvildb.api.RepairReport;
import org.anvildb.bytes.Bytes;
import org.anvildb.log.RecordFormat;
import org.anvildb.wal.SegmentFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Repairs of checkpoints, the log of which ends with a mark: what is gone before the mark was there
 * once, and is reported, however much it looks like the end of a log.
 */
final class RepairOfCopiesTest {
  private static final int PUTS = 10;

  @TempDir(factory = MemoryDirectory.class)
  Path temporary;

  @Test
  void zerosInThePlaceOfTheLastRecordsAreALoss() throws IOException {
    Path copy = temporary.resolve("copy");
    try (Database db = Anvil.open(temporary.resolve("db"))) {
      for (int i = 0; i < PUTS; i++) {
        db.put(("key" + i).getBytes(UTF_8), ("value" + i).getBytes(UTF_8));
      }
      db.checkpoint(copy);
    }
    Path segment = MisuseDirectories.named(copy, ".wal").getLast();
    byte[] sound = Files.readAllBytes(segment);
    List<Integer> records = records(sound);
    assertThat(records).hasSize(PUTS + 1);
    int end = records.getLast();
    for (int lost = 1; lost <= 3; lost++) {
      int from = records.get(PUTS - lost);
      for (int to : new int[] {from + 8, end}) {
        byte[] damaged = sound.clone();
        Arrays.fill(damaged, from, to, (byte) 0);
        Files.write(segment, damaged);
        check(copy, lost, to == end ? end - from : 1, to == end);
      }
    }
  }

  private void check(Path copy, int lost, int leastBytes, boolean isAllGone) throws IOException {
    assertThatThrownBy(() -> Anvil.open(copy)).isInstanceOf(CorruptionException.class);
    Path target = temporary.resolve("repaired-" + lost + "-" + isAllGone);
    RepairReport report = Anvil.repair(copy, target);
    assertThat(report.isComplete()).as("%s", report).isFalse();
    assertThat(report.lossCount()).isPositive();
    assertThat(report.lostBytes()).isGreaterThanOrEqualTo(leastBytes);
    try (Database db = Anvil.open(target);
        Stream<Entry> all = db.stream(KeyRange.all())) {
      assertThat(all.count()).isEqualTo(isAllGone ? PUTS - lost : PUTS - 1);
    }
  }

  /** Returns where the records start, the mark last. */
  private static List<Integer> records(byte[] segment) {
    List<Integer> starts = new ArrayList<>();
    int at = SegmentFormat.HEADER_BYTES;
    boolean isMark = false;
    while (!isMark) {
      starts.add(at);
      int length = Bytes.getInt(segment, at + 4);
      isMark = length == 0;
      at += (int) RecordFormat.recordBytes(length);
    }
    return starts;
  }
}
