package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.Random;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.api.PoisonedException;
import org.anvildb.storage.MappedFile;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.OperationKind;
import org.junit.jupiter.api.Test;

/**
 * What an opening finds in the log is read from memory until it is in tables: nothing is lost or
 * counts as synced too early, whatever happens before that.
 */
final class RecoveryTest {
  private static final int VALUE_BYTES = 600;

  private final MemoryStorage disk = new MemoryStorage();
  private int written;

  private SeedBench open() {
    return SeedBench.open(disk, SeedBench.SMALL);
  }

  /** Opens what a process leaves that dies now. */
  private SeedBench reopen() {
    disk.endProcess();
    return open();
  }

  private void write(Database db, int count) {
    for (int i = 0; i < count; i++) {
      db.put(key(written), value(written));
      written++;
    }
  }

  private void writeSynced(Database db) {
    db.put(key(written), value(written), Durability.SYNC);
    written++;
  }

  private static byte[] value(int number) {
    byte[] value = new byte[VALUE_BYTES];
    new Random(number).nextBytes(value);
    return value;
  }

  private void assertHolds(Database db, int entries) {
    assertThat(db.stats().lastSequence()).isEqualTo(entries);
    for (int i = 0; i < entries; i++) {
      assertThat(db.get(key(i))).as("entry %d", i).isEqualTo(value(i));
    }
    assertThat(db.get(key(entries))).isNull();
  }

  private void assertLeft(CrashMode mode, int entries) {
    MemoryStorage left = disk.crashedCopy(new CrashPlan(mode, 5));
    SeedBench bench = SeedBench.open(left, SeedBench.SMALL);
    assertHolds(bench.db, entries);
    bench.db.close();
  }

  @Test
  void theLogIsReadFromMemoryUntilTheFlushThatComesLater() {
    write(open().db, 10);
    SeedBench bench = reopen();
    assertThat(bench.tables()).isZero();
    assertThat(bench.db.stats().memory().frozen()).isPositive();
    assertThat(bench.db.stats().durableSequence()).isZero();
    assertHolds(bench.db, 10);
    bench.scheduler.runAll();
    assertThat(bench.tables()).isPositive();
    assertThat(bench.db.stats().memory().frozen()).isZero();
    assertThat(bench.db.stats().durableSequence()).isEqualTo(10);
    assertHolds(bench.db, 10);
    assertLeft(CrashMode.SYNCED_ONLY, 10);
  }

  @Test
  void aProcessThatDiesAgainBeforeTheFlushLosesNothing() {
    write(open().db, 4);
    for (int life = 0; life < 8; life++) {
      SeedBench bench = reopen();
      assertHolds(bench.db, written);
      write(bench.db, 3);
      assertHolds(bench.db, written);
    }
    assertHolds(reopen().db, written);
  }

  @Test
  void aTornEndIsCutForGood() {
    write(open().db, 4);
    disk.endProcess();
    tearLastRecord();
    written--;
    SeedBench bench = open();
    assertHolds(bench.db, written);
    write(bench.db, 2);
    bench = reopen();
    assertHolds(bench.db, written);
    writeSynced(bench.db);
    assertHolds(bench.db, written);
    assertLeft(CrashMode.SYNCED_ONLY, written);
    assertHolds(reopen().db, written);
  }

  private void tearLastRecord() {
    String segment =
        disk.list().stream()
            .filter(name -> name.endsWith(".wal") && end(name) > 4096)
            .reduce((_, last) -> last)
            .orElseThrow();
    try (MappedFile file = disk.mapWritable(segment)) {
      long at = end(segment) - 1;
      file.memory().set(ValueLayout.JAVA_BYTE, at, (byte) 0);
    }
  }

  /** Returns the end of the bytes that are not zero. */
  private long end(String name) {
    byte[] bytes = disk.read(name, 0, (int) disk.size(name));
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    return end;
  }

  @Test
  void aSyncedWriteWaitsUntilAllBeforeItIsInTables() {
    write(open().db, 9);
    SeedBench bench = reopen();
    write(bench.db, 1);
    assertThat(bench.tables()).isZero();
    writeSynced(bench.db);
    assertThat(bench.tables()).isPositive();
    for (CrashMode mode : CrashMode.values()) {
      assertLeft(mode, written);
    }
  }

  @Test
  void aForceThatFailedInAnEarlierProcessIsNotTrusted() {
    SeedBench bench = open();
    write(bench.db, 3);
    disk.failSyncAt(disk.operations());
    assertThatThrownBy(bench.db::sync).isInstanceOf(PoisonedException.class);
    bench = reopen();
    assertHolds(bench.db, 3);
    writeSynced(bench.db);
    assertLeft(CrashMode.LOST_SYNC, 4);
    assertLeft(CrashMode.SYNCED_ONLY, 4);
  }

  @Test
  void ofMoreSegmentsThanMayStayTheOldestAreFlushedByTheOpening() {
    write(open().db, 1);
    int most = SeedBench.SMALL.frozenMemtables() + 1;
    for (int life = 1; life <= 8; life++) {
      SeedBench bench = reopen();
      assertThat(bench.db.stats().memory().frozen()).isEqualTo(Math.min(life, most));
      assertThat(bench.tables()).isEqualTo(Math.max(0, life - most));
      write(bench.db, 1);
      assertHolds(bench.db, written);
    }
  }

  @Test
  void livesWithoutWritesCountAsSegmentsToo() {
    write(open().db, 1);
    int most = SeedBench.SMALL.frozenMemtables() + 1;
    for (int life = 1; life <= most + 2; life++) {
      SeedBench bench = reopen();
      assertHolds(bench.db, 1);
      assertThat(bench.tables()).isEqualTo(life > most ? 1 : 0);
    }
  }

  @Test
  void closingRightAfterOpeningLeavesAllInTables() {
    write(open().db, 9);
    SeedBench bench = reopen();
    bench.db.close();
    assertThat(bench.files(".wal")).hasSize(1);
    assertThat(bench.files(".sst")).isNotEmpty();
    assertLeft(CrashMode.SYNCED_ONLY, 9);
  }

  @Test
  void aFlushThatFailsLeavesNobodyWaiting() {
    write(open().db, 9);
    SeedBench bench = reopen();
    bench.storage.inject(
        new FaultPlan(EnumSet.of(OperationKind.CREATE), 1, new Fault.NoSpace(), true));
    assertThatThrownBy(() -> writeSynced(bench.db)).isInstanceOf(PoisonedException.class);
    assertThatThrownBy(() -> write(bench.db, 1)).isInstanceOf(PoisonedException.class);
    assertThatThrownBy(bench.db::close).isInstanceOf(AnvilException.class);
    bench.storage.inject(null);
    SeedBench again = open();
    // The write that was not acknowledged may be there.
    assertHolds(again.db, 10);
    again.db.close();
  }
}
