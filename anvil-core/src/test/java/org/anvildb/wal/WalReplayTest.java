package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;
import org.anvildb.schedule.InlineScheduler;
import org.junit.jupiter.api.Test;

final class WalReplayTest {
  private static final long DATABASE = 42;
  private static final int HEADER = SegmentFormat.HEADER_BYTES;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final InlineScheduler scheduler = new InlineScheduler(new Random(1));
  private final AtomicLong numbers = new AtomicLong(10);
  private final SegmentPool pool =
      new SegmentPool(
          disk, scheduler, numbers::incrementAndGet, DATABASE, 16 << 10, true, () -> {});
  private final GroupCommit sync = new GroupCommit(scheduler, failure -> {});
  private final BatchEncoder batch = new BatchEncoder();
  private final Random random = new Random(6);
  private final List<String> written = new ArrayList<>();

  private WalSegment begin() {
    WalSegment segment = pool.takeFirst();
    segment.beginChain(1);
    sync.add(segment);
    return segment;
  }

  private WalSegment roll(WalSegment segment) {
    WalSegment next = pool.take(segment, 0);
    sync.add(next);
    return next;
  }

  private void append(WalSegment segment, int count) {
    for (int i = 0; i < count; i++) {
      batch.clear();
      byte[] value = new byte[random.nextInt(60)];
      random.nextBytes(value);
      batch.put(random.nextInt(3), new byte[] {(byte) i}, value);
      if (random.nextBoolean()) {
        batch.delete(1, value);
      }
      long offset = segment.append(batch, segment.nextSequence());
      written.add(
          ReplayedLog.content(segment.memory(), offset, (int) (segment.position() - offset)));
    }
  }

  private void syncAll(WalSegment segment) {
    sync.await(segment, segment.position());
  }

  private ReplayedLog replay() {
    return replay(disk);
  }

  private static ReplayedLog replay(SimulatedDisk disk) {
    return ReplayedLog.of(disk, DATABASE, 11, 0);
  }

  private static String name(WalSegment segment) {
    return SegmentFormat.name(segment.number());
  }

  private void assertClean() {
    ReplayedLog log = replay();
    assertThat(log.outcome()).isEqualTo(new WalOutcome.Clean(written.size()));
    assertThat(log.batches()).isEqualTo(written);
  }

  private WalOutcome.TornTail assertTorn(int batches) {
    ReplayedLog log = replay();
    assertThat(log.outcome()).isInstanceOf(WalOutcome.TornTail.class);
    assertThat(log.outcome().lastSequence()).isEqualTo(batches);
    assertThat(log.batches()).isEqualTo(written.subList(0, batches));
    return (WalOutcome.TornTail) log.outcome();
  }

  private void assertCorrupt(String file, String message) {
    assertThatThrownBy(this::replay)
        .isInstanceOfSatisfying(
            CorruptionException.class, e -> assertThat(e.file()).isEqualTo(file))
        .hasMessageContaining(message);
  }

  @Test
  void batchesOfAllSegmentsComeBackInOrder() {
    WalSegment segment = begin();
    for (int i = 0; i < 5; i++) {
      append(segment, 30);
      segment = roll(segment);
    }
    assertClean();
    append(segment, 1);
    assertClean();
    pool.prepare();
    scheduler.runAll();
    assertClean();
  }

  @Test
  void whatTheFloorExcludesIsIgnored() {
    WalSegment one = begin();
    append(one, 5);
    WalSegment two = roll(one);
    append(two, 5);
    disk.bytes(name(one))[HEADER] ^= 1;
    ReplayedLog log = ReplayedLog.of(disk, DATABASE, two.number(), 5);
    assertThat(log.batches()).isEqualTo(written.subList(5, 10));
    assertThat(log.outcome()).isEqualTo(new WalOutcome.Clean(10));
    assertThatThrownBy(() -> ReplayedLog.of(disk, DATABASE, two.number(), 4))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("starts with batch 6 where 5 must follow");
    assertThatThrownBy(() -> ReplayedLog.of(disk, DATABASE, two.number(), 6))
        .isInstanceOf(CorruptionException.class);
  }

  @Test
  void aRecycledSegmentNeverYieldsItsOldRecords() {
    WalSegment one = begin();
    append(one, 100);
    WalSegment two = roll(one);
    syncAll(two);
    sync.settle(one);
    pool.retire(one);
    written.clear();
    append(two, 3);
    WalSegment three = roll(two);
    assertThat(disk.exists(name(one))).as("it was recycled").isFalse();
    ReplayedLog log = ReplayedLog.of(disk, DATABASE, two.number(), 100);
    assertThat(log.outcome()).isEqualTo(new WalOutcome.Clean(103));
    for (int i = 0; i < 60; i++) {
      append(three, 1);
      log = ReplayedLog.of(disk, DATABASE, two.number(), 100);
      assertThat(log.outcome())
          .as("the old bytes behind the end are no tear")
          .isEqualTo(new WalOutcome.Clean(104 + i));
      assertThat(log.batches()).isEqualTo(written);
    }
  }

  @Test
  void aRecycledSegmentThatWasNotBegunIsIgnored() {
    WalSegment one = begin();
    append(one, 100);
    WalSegment two = roll(one);
    sync.settle(one);
    pool.retire(one);
    pool.prepare();
    scheduler.runAll();
    assertThat(disk.list()).containsExactly("000012.wal", "000013.wal");
    assertThat(ReplayedLog.of(disk, DATABASE, two.number(), 100).outcome())
        .isEqualTo(new WalOutcome.Clean(100));
  }

  @Test
  void damageBelowTheSyncedOffsetIsCorruptionAtEachByte() {
    WalSegment one = begin();
    append(one, 6);
    syncAll(one);
    long synced = one.position();
    append(one, 1);
    byte[] bytes = disk.bytes(name(one));
    for (int i = 0; i < synced; i++) {
      bytes[i] ^= 1;
      assertThatThrownBy(this::replay).as("byte " + i).isInstanceOf(CorruptionException.class);
      bytes[i] ^= 1;
    }
    for (int i = (int) synced; i < one.position(); i++) {
      bytes[i] ^= 1;
      assertTorn(6);
      bytes[i] ^= 1;
    }
    assertClean();
  }

  @Test
  void damageBelowTheMarkOfAnOrderlyCloseIsCorruption() {
    WalSegment one = begin();
    append(one, 3);
    syncAll(one);
    long end = one.position();
    one.appendMark();
    syncAll(one);
    assertClean();
    byte[] bytes = disk.bytes(name(one));
    for (int i = 0; i < end; i++) {
      bytes[i] ^= 1;
      assertThatThrownBy(this::replay).as("byte " + i).isInstanceOf(CorruptionException.class);
      bytes[i] ^= 1;
    }
  }

  @Test
  void aTailCutAtAnyByteLosesOnlyTheLastBatch() {
    WalSegment one = begin();
    append(one, 3);
    long before = one.position();
    append(one, 1);
    byte[] whole = disk.bytes(name(one)).clone();
    for (int cut = (int) before; cut < one.position(); cut++) {
      byte[] zeroed = whole.clone();
      Arrays.fill(zeroed, cut, zeroed.length, (byte) 0);
      if (!Arrays.equals(zeroed, whole)) {
        assertThat(lastSequence(zeroed)).as("zeros from " + cut).isEqualTo(3);
      }
      assertThat(lastSequence(Arrays.copyOf(whole, cut))).as("cut at " + cut).isEqualTo(3);
    }
  }

  private static long lastSequence(byte[] only) {
    SimulatedDisk copy = new SimulatedDisk();
    copy.put("000011.wal", only);
    return replay(copy).outcome().lastSequence();
  }

  @Test
  void aTornSegmentEndsHistoryWhileNothingLaterWasSynced() {
    WalSegment one = begin();
    append(one, 3);
    int end = (int) one.position();
    append(one, 1);
    WalSegment two = roll(one);
    append(two, 4);
    disk.bytes(name(one))[end + 40] ^= 1;
    WalOutcome.TornTail torn = assertTorn(3);
    assertThat(torn.segment()).isEqualTo(one.number());
    assertThat(torn.offset()).isEqualTo(end);
    assertThat(torn.droppedBytes()).isEqualTo(one.position() - end);
    assertThat(torn.droppedSegments()).containsExactly(two.number());
    assertThat(torn.reason()).contains("checksum");
    Arrays.fill(disk.bytes(name(one)), end, (int) one.position(), (byte) 0);
    assertThat(assertTorn(3).reason()).contains("records are missing up to the final length");
  }

  @Test
  void aTornSegmentBeforeOneThatWasSyncedIsCorruption() {
    WalSegment one = begin();
    append(one, 3);
    WalSegment two = roll(one);
    append(two, 1);
    WalSegment three = roll(two);
    append(three, 1);
    disk.bytes(name(one))[HEADER + 40] ^= 1;
    assertTorn(0);
    syncAll(three);
    append(three, 1);
    assertCorrupt(name(one), "though a record of 000013.wal tells that it was synced");
    disk.bytes(name(one))[HEADER + 40] ^= 1;
    assertClean();
  }

  @Test
  void aLostHeaderEndsHistoryUnlessTheSegmentWasSynced() {
    WalSegment one = begin();
    append(one, 3);
    WalSegment two = roll(one);
    append(two, 3);
    disk.bytes(name(two))[100] ^= 1;
    WalOutcome.TornTail torn = assertTorn(3);
    assertThat(torn.segment()).isEqualTo(two.number());
    assertThat(torn.offset()).isZero();
    assertThat(torn.droppedBytes()).isEqualTo(two.position());
    WalSegment three = roll(two);
    assertThat(assertTorn(3).droppedSegments()).containsExactly(three.number());
    syncAll(three);
    assertThat(assertTorn(3).droppedSegments())
        .as("a synced segment without a record written later proves nothing")
        .containsExactly(three.number());
    append(three, 1);
    assertCorrupt(name(two), "though a record of 000013.wal tells that it was synced");
  }

  @Test
  void aLostHeaderOfASegmentWithSyncedRecordsIsCorruption() {
    WalSegment one = begin();
    append(one, 1);
    syncAll(one);
    append(one, 1);
    disk.bytes(name(one))[20] ^= 1;
    assertCorrupt(name(one), "header does not verify");
  }

  @Test
  void aMissingSegmentIsCorruption() {
    WalSegment one = begin();
    append(one, 3);
    WalSegment two = roll(one);
    append(two, 3);
    WalSegment three = roll(two);
    append(three, 3);
    disk.delete(name(two));
    assertCorrupt("000012.wal", "WAL 000012.wal missing, 000013.wal present");
    disk.delete(name(one));
    assertCorrupt("000011.wal", "000011.wal missing, though the manifest names it");
    disk.delete(name(three));
    assertCorrupt("000011.wal", "000011.wal missing, though the manifest names it");
    assertThat(ReplayedLog.of(disk, DATABASE, 0, 7).outcome()).isEqualTo(new WalOutcome.Clean(7));
  }

  @Test
  void foreignFilesAreIgnored() {
    WalSegment one = begin();
    append(one, 3);
    for (String name : List.of("12.wal", "backup.zip", "._000012.wal", "000012.wal.tmp")) {
      disk.put(name, new byte[10]);
    }
    assertClean();
  }

  @Test
  void aHalfCreatedNextSegmentIsIgnored() {
    WalSegment one = begin();
    append(one, 3);
    for (int size : new int[] {0, 1, 4095, 4096, 10_000}) {
      disk.put("000012.wal", new byte[size]);
      assertClean();
    }
  }

  @Test
  void aSegmentOfAnotherDatabaseOrPlaceIsCorruption() {
    WalSegment one = begin();
    append(one, 3);
    WalSegment two = roll(one);
    append(two, 3);
    byte[] second = disk.bytes(name(two)).clone();
    assertThatThrownBy(() -> ReplayedLog.of(disk, DATABASE + 1, 11, 0))
        .isInstanceOf(CorruptionException.class)
        .hasMessageContaining("another database");
    disk.put(name(one), second);
    assertCorrupt(name(one), "that of the later segment 000012.wal");
  }

  @Test
  void twoSegmentsWithTheSamePredecessorAreCorruption() {
    WalSegment one = begin();
    append(one, 1);
    WalSegment two = roll(one);
    byte[] page =
        SegmentFormat.encode(
            new SegmentFormat.Header(DATABASE, 13, one.number(), one.position(), 2));
    disk.put("000013.wal", Arrays.copyOf(page, 16 << 10));
    assertThat(two.number()).isEqualTo(12);
    assertCorrupt("000013.wal", "others stand between");
    page = SegmentFormat.encode(new SegmentFormat.Header(DATABASE, 13, 0, 0, 2));
    disk.put("000013.wal", Arrays.copyOf(page, 16 << 10));
    assertCorrupt("000013.wal", "others stand between");
  }

  @Test
  void aHoleInSequencesBetweenSegmentsIsCorruption() {
    WalSegment one = begin();
    append(one, 2);
    WalSegment two = roll(one);
    byte[] page =
        SegmentFormat.encode(
            new SegmentFormat.Header(DATABASE, two.number(), one.number(), one.position(), 4));
    System.arraycopy(page, 0, disk.bytes(name(two)), 0, page.length);
    assertCorrupt(name(two), "starts with batch 4 where 3 must follow");
  }

  @Test
  void operationsThatReachBeyondTheirBatchAreCorruption() {
    WalSegment one = begin();
    batch.put(1, new byte[4], new byte[4]);
    int at = (int) one.append(batch, 1);
    byte[] file = disk.bytes(name(one));
    Bytes.putInt(file, at + BatchFormat.VALUE_LENGTH, 1000);
    int body = (int) one.position() - at;
    byte[] frame = new byte[RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES];
    int crc = Checksum.of(file, at, body);
    long salt = RecordFormat.salt(DATABASE, one.number());
    RecordFormat.putHeader(frame, RecordFormat.LEAD_BYTES, salt, body, crc, 1, 1, 0);
    System.arraycopy(frame, RecordFormat.LEAD_BYTES, file, HEADER, RecordFormat.HEADER_BYTES);
    assertCorrupt(name(one), "operation 0 of 1 reaches beyond the batch");
  }
}
