package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.anvildb.api.ClosedException;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.InlineScheduler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class SegmentPoolTest {
  private static final int MAX = 64 << 10;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final InlineScheduler scheduler = new InlineScheduler(new Random(1));
  private final AtomicLong numbers = new AtomicLong();
  private final SegmentPool pool = pool(MAX);
  private final BatchEncoder batch = new BatchEncoder();

  private SegmentPool pool(long maxBytes) {
    return new SegmentPool(disk, scheduler, numbers::incrementAndGet, 42, maxBytes, true, () -> {});
  }

  private static WalSegment first(SegmentPool pool) {
    WalSegment segment = pool.takeFirst();
    segment.beginChain(1);
    return segment;
  }

  private void fill(WalSegment segment) {
    batch.clear();
    batch.put(0, new byte[8], new byte[1000]);
    while (segment.fits(batch.bytes())) {
      segment.append(batch, segment.nextSequence());
    }
  }

  @Test
  void aSegmentIsHandedOutOnlyAfterItsNameIsDurable() {
    WalSegment one = first(pool);
    assertThat(disk.journal()).containsExactly("create 000001.wal " + MAX, "syncDirectory");
    pool.take(one, 0);
    assertThat(disk.journal()).endsWith("create 000002.wal " + MAX, "syncDirectory");
  }

  @Test
  void aPreparationThatComesAfterTheCloseTouchesNothing() {
    pool.prepare();
    pool.close();
    scheduler.runAll();
    assertThat(disk.journal()).isEmpty();
    assertThat(pool.count()).isZero();
  }

  @Test
  void preparingRunsAheadOnce() {
    pool.prepare();
    pool.prepare();
    scheduler.runAll();
    pool.prepare();
    scheduler.runAll();
    assertThat(disk.journal()).containsExactly("create 000001.wal " + MAX, "syncDirectory");
    assertThat(first(pool).number()).isEqualTo(1);
    assertThat(disk.journal()).hasSize(2);
  }

  @Test
  void aRetiredSegmentIsRecycledByRenaming() {
    WalSegment one = first(pool);
    fill(one);
    WalSegment two = pool.take(one, 0);
    pool.retire(one);
    WalSegment three = pool.take(two, 0);
    assertThat(three.number()).isEqualTo(3);
    assertThat(disk.list()).containsExactly("000002.wal", "000003.wal");
    assertThat(disk.journal())
        .endsWith("rename 000001.wal 000003.wal", "map 000003.wal", "syncDirectory");
  }

  @Test
  void atMostTwoSparesAreKept() {
    WalSegment segment = first(pool);
    WalSegment[] old = new WalSegment[4];
    for (int i = 0; i < 4; i++) {
      old[i] = segment;
      segment = pool.take(segment, 0);
    }
    for (WalSegment retired : old) {
      pool.retire(retired);
    }
    assertThat(disk.list()).containsExactly("000003.wal", "000004.wal", "000005.wal");
  }

  @Test
  void sizesDoubleWhileSegmentsAreFilledAndNotOtherwise() {
    SegmentPool large = pool(5L << 20);
    WalSegment one = first(large);
    assertThat(one.capacity()).isEqualTo(1 << 20);
    WalSegment two = large.take(one, 0);
    assertThat(two.capacity()).isEqualTo(1 << 20);
    fill(two);
    WalSegment three = large.take(two, 0);
    assertThat(three.capacity()).isEqualTo(2 << 20);
    large.retire(one);
    assertThat(disk.exists("000001.wal")).as("too small to be used again").isFalse();
    fill(three);
    WalSegment four = large.take(three, 0);
    fill(four);
    WalSegment five = large.take(four, 0);
    assertThat(four.capacity()).isEqualTo(4 << 20);
    assertThat(five.capacity()).isEqualTo(5 << 20);
  }

  @Test
  void aBatchThatIsTooLargeGetsASegmentOfItsOwn() {
    WalSegment one = first(pool);
    pool.prepare();
    scheduler.runAll();
    batch.put(0, new byte[1], new byte[3 * MAX]);
    assertThat(one.fits(batch.bytes())).isFalse();
    WalSegment large = pool.take(one, batch.bytes());
    assertThat(large.number()).as("the segment that was ready is given up").isEqualTo(3);
    assertThat(large.fits(batch.bytes())).isTrue();
    assertThat(large.capacity()).isLessThan(3 * MAX + 3 * 4096);
    large.append(batch, 1);
    WalSegment next = pool.take(large, 0);
    assertThat(next.number()).isEqualTo(4);
    assertThat(next.capacity()).isEqualTo(MAX);
    assertThat(disk.list()).containsExactly("000001.wal", "000003.wal", "000004.wal");
    pool.retire(large);
    assertThat(disk.exists("000003.wal")).isFalse();
  }

  @Test
  void aFullDiskSealsNothingAndMayPass() {
    WalSegment one = first(pool);
    disk.failNext(new DiskFullException("no space", null));
    assertThatThrownBy(() -> pool.take(one, 0))
        .isInstanceOf(DiskFullException.class)
        .hasMessageContaining("no space");
    assertThat(one.isSealed()).isFalse();
    fill(one);
    WalSegment two = pool.take(one, 0);
    assertThat(one.isSealed()).isTrue();
    assertThat(two.nextSequence()).isEqualTo(one.nextSequence());
  }

  @Test
  void aDiskThatWasFullAheadOfTimeIsAskedAgain() {
    WalSegment one = first(pool);
    disk.failNext(new DiskFullException("no space", null));
    pool.prepare();
    scheduler.runAll();
    assertThat(pool.take(one, 0).number()).isEqualTo(3);
  }

  @Test
  @Timeout(60)
  void aFailureIsToldInOneStepWithTheEndOfItsPreparation() throws Exception {
    var isMaking = new CompletableFuture<Boolean>();
    var isLocked = new CompletableFuture<Boolean>();
    LongSupplier failing =
        () -> {
          isMaking.complete(true);
          isLocked.join();
          throw new DiskFullException("no space", null);
        };
    var full = new SegmentPool(disk, scheduler, failing, 42, MAX, true, () -> {});
    full.prepare();
    Thread preparing = Thread.ofPlatform().start(scheduler::runAll);
    isMaking.join();
    synchronized (full) {
      isLocked.complete(true);
      while (preparing.getState() != Thread.State.BLOCKED) {
        Thread.onSpinWait();
      }
      assertThat(full.isReady(0)).as("a writer would clear it and wait for ever").isFalse();
    }
    preparing.join();
    assertThat(full.isReady(0)).isTrue();
  }

  @Test
  void aFailedDirectorySyncIsFinal() {
    WalSegment one = first(pool);
    disk.failNext(new StorageException("I/O error", null));
    assertThatThrownBy(() -> pool.take(one, 0))
        .isInstanceOf(PoisonedException.class)
        .hasCauseInstanceOf(StorageException.class);
    int operations = disk.operations();
    assertThatThrownBy(() -> pool.take(one, 0)).isInstanceOf(PoisonedException.class);
    scheduler.runAll();
    assertThat(disk.operations()).isEqualTo(operations);
    assertThat(one.isSealed()).isFalse();
  }

  @Test
  void aDeleteThatFailsIsReportedWithItsType() {
    WalSegment one = first(pool);
    batch.put(0, new byte[1], new byte[3 * MAX]);
    WalSegment large = pool.take(one, batch.bytes());
    disk.failNext(new StorageException("busy", null));
    assertThatThrownBy(() -> pool.retire(large))
        .isInstanceOf(StorageException.class)
        .hasMessage("busy");
  }

  @Test
  void closingLeavesOnlyWhatIsInUse() {
    WalSegment one = first(pool);
    WalSegment two = pool.take(one, 0);
    pool.retire(one);
    pool.prepare();
    scheduler.runAll();
    WalSegment three = pool.take(two, 0);
    pool.retire(two);
    pool.prepare();
    scheduler.runAll();
    pool.close();
    pool.close();
    assertThat(disk.list()).containsExactly(SegmentFormat.name(three.number()));
    assertThatThrownBy(pool::takeFirst).isInstanceOf(ClosedException.class);
    pool.retire(three);
    assertThat(disk.list()).isEmpty();
  }

  @Test
  void anAppendThatMustNotHappenIsRefused() {
    WalSegment one = first(pool);
    batch.put(0, new byte[1], new byte[1]);
    assertThatThrownBy(() -> one.append(batch, 2)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> one.append(new BatchEncoder(), 1))
        .isInstanceOf(IllegalStateException.class);
    one.append(batch, 1);
    assertThatThrownBy(() -> one.append(batch, 1)).isInstanceOf(IllegalStateException.class);
    pool.take(one, 0);
    assertThatThrownBy(() -> one.append(batch, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("sealed");
    WalSegment unbegun = pool.takeFirst();
    assertThatThrownBy(() -> unbegun.append(batch, 1)).isInstanceOf(IllegalStateException.class);
  }
}
