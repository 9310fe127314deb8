package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.anvildb.api.Cursor;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Keyspace;
import org.anvildb.api.Readable;
import org.anvildb.api.Snapshot;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;

/**
 * What an opening finds in the log and keeps in memory is treated as if this process had written
 * it: by deletes, by the dropping of a keyspace, by readers that stay while it is flushed, and by
 * an opening that may change nothing.
 */
final class ReplayedStateTest {
  private static final int ENTRIES = 12;
  private static final byte[] NEW_VALUE = {1, 2, 3};

  private final MemoryStorage disk = new MemoryStorage();

  private SeedBench open() {
    return SeedBench.open(disk, SeedBench.SMALL);
  }

  private SeedBench reopen() {
    disk.endProcess();
    return open();
  }

  private static byte[] value(int number) {
    byte[] value = new byte[500];
    new Random(number).nextBytes(value);
    return value;
  }

  private static void fill(Keyspace keyspace) {
    for (int i = 0; i < ENTRIES; i++) {
      keyspace.put(key(i), value(i));
    }
  }

  /** Holds that exactly the entries whose numbers leave a rest of 1 by 2 are there, or all. */
  private static void assertHolds(Readable readable, boolean oddOnly) {
    try (Cursor cursor = readable.cursor()) {
      for (int i = 0; i < ENTRIES; i++) {
        boolean isThere = !oddOnly || i % 2 == 1;
        assertThat(readable.get(key(i))).as("entry %d", i).isEqualTo(isThere ? value(i) : null);
        assertThat(readable.contains(key(i))).isEqualTo(isThere);
        if (isThere) {
          assertThat(cursor.next()).isTrue();
          assertThat(cursor.key()).isEqualTo(key(i));
        }
      }
      assertThat(cursor.next()).isFalse();
    }
  }

  private static void deleteEven(Keyspace keyspace) {
    for (int i = 0; i < ENTRIES; i += 2) {
      keyspace.delete(key(i));
    }
  }

  @Test
  void deletesThatWereReplayedHideWhatIsInTablesAndInTheLog() {
    SeedBench bench = open();
    fill(bench.db);
    bench.db.compact();
    deleteEven(bench.db);
    bench = reopen();
    assertThat(bench.db.stats().memory().frozen()).isPositive();
    assertHolds(bench.db, true);
    bench.settle();
    assertHolds(bench.db, true);
    bench.db.compact();
    assertHolds(bench.db, true);
    assertHolds(reopen().db, true);
  }

  @Test
  void whatWasReplayedIsDeletedBeforeAndAfterItsFlush() {
    fill(open().db);
    SeedBench bench = reopen();
    deleteEven(bench.db);
    assertHolds(bench.db, true);
    bench = reopen();
    assertHolds(bench.db, true);
    bench.settle();
    assertHolds(bench.db, true);
    assertHolds(reopen().db, true);
  }

  @Test
  void aKeyspaceIsDroppedWhileWhatWasReplayedOfItWaits() {
    SeedBench bench = open();
    fill(bench.db);
    fill(bench.db.keyspace("second"));
    bench = reopen();
    assertHolds(bench.db.keyspace("second"), false);
    bench.db.dropKeyspace("second");
    assertThat(bench.db.keyspaces()).containsExactly(Database.DEFAULT_KEYSPACE);
    // One of that name that comes later is another.
    assertThat(bench.db.keyspace("second").cursor().next()).isFalse();
    bench.db.keyspace("second").put(key(3), NEW_VALUE);
    bench = reopen();
    assertThat(bench.db.keyspace("second").get(key(3))).isEqualTo(NEW_VALUE);
    assertThat(bench.db.keyspace("second").get(key(4))).isNull();
    bench.settle();
    assertThat(bench.db.keyspace("second").get(key(4))).isNull();
    assertHolds(bench.db, false);
    bench.db.compact();
    assertThat(bench.db.keyspace("second").get(key(3))).isEqualTo(NEW_VALUE);
    assertThat(bench.db.verify().findings()).isEmpty();
  }

  @Test
  void aKeyspaceThatWasDroppedStaysAwayThoughTheLogHoldsIt() {
    SeedBench bench = open();
    fill(bench.db.keyspace("second"));
    fill(bench.db);
    bench.db.dropKeyspace("second");
    for (int life = 0; life < 3; life++) {
      bench = reopen();
      assertThat(bench.db.keyspaces()).containsExactly(Database.DEFAULT_KEYSPACE);
      assertHolds(bench.db, false);
    }
    bench.settle();
    assertThat(bench.db.verify().findings()).isEmpty();
    bench.db.close();
  }

  @Test
  void cursorsAndSnapshotsOutliveTheFlushOfWhatWasReplayed() {
    fill(open().db);
    SeedBench bench = reopen();
    try (Snapshot snapshot = bench.db.snapshot();
        Cursor cursor = bench.db.cursor()) {
      assertThat(cursor.next()).isTrue();
      deleteEven(bench.db);
      bench.db.put(key(1), NEW_VALUE);
      bench.settle();
      assertThat(bench.tables()).isPositive();
      bench.db.compact();
      assertHolds(snapshot, false);
      for (int i = 1; i < ENTRIES; i++) {
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.key()).isEqualTo(key(i));
        assertThat(cursor.value()).isEqualTo(value(i));
      }
      assertThat(cursor.next()).isFalse();
      assertThat(cursor.previous()).isTrue();
      assertThat(cursor.value()).isEqualTo(value(ENTRIES - 1));
    }
    assertThat(bench.db.get(key(1))).isEqualTo(NEW_VALUE);
    assertThat(bench.db.get(key(2))).isNull();
  }

  @Test
  void anOpeningThatMayChangeNothingReadsTheLogAndLeavesItAlone() {
    SeedBench bench = open();
    fill(bench.db);
    fill(bench.db.keyspace("second"));
    deleteEven(bench.db);
    disk.endProcess();
    List<String> before = disk.list();
    List<byte[]> bytes = before.stream().map(this::bytes).toList();
    DatabaseOptions readOnly = SeedBench.SMALL.toBuilder().readOnly(true).build();
    for (int life = 0; life < 2; life++) {
      SeedBench look = SeedBench.open(disk, readOnly);
      assertHolds(look.db, true);
      assertHolds(look.db.keyspace("second"), false);
      try (Snapshot snapshot = look.db.snapshot()) {
        look.settle();
        assertHolds(snapshot, true);
      }
      look.db.close();
    }
    assertThat(disk.list()).isEqualTo(before);
    for (int i = 0; i < before.size(); i++) {
      assertThat(bytes(before.get(i))).as(before.get(i)).isEqualTo(bytes.get(i));
    }
    assertHolds(open().db, true);
  }

  private byte[] bytes(String name) {
    return name.equals("LOCK") ? new byte[0] : disk.read(name, 0, (int) disk.size(name));
  }
}
