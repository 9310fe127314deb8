package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.ThreadScheduler;
import org.junit.jupiter.api.Test;

final class GroupCommitTest {
  private static final long DATABASE = 42;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final InlineScheduler scheduler = new InlineScheduler(new Random(1));
  private final List<Throwable> failures = new ArrayList<>();
  private final GroupCommit log = new GroupCommit(scheduler, failures::add);
  private final AtomicLong numbers = new AtomicLong();
  private final SegmentPool pool =
      new SegmentPool(
          disk, scheduler, numbers::incrementAndGet, DATABASE, 64 << 10, true, () -> {});
  private final BatchEncoder batch = new BatchEncoder();

  private WalSegment first() {
    WalSegment segment = pool.takeFirst();
    segment.beginChain(1);
    log.add(segment);
    return segment;
  }

  private WalSegment next(WalSegment segment) {
    WalSegment next = pool.take(segment, 0);
    log.add(next);
    return next;
  }

  private long append(WalSegment segment) {
    batch.clear();
    batch.put(0, new byte[16], new byte[100]);
    segment.append(batch, segment.nextSequence());
    return segment.position();
  }

  private List<String> forces() {
    return disk.journal().stream().filter(s -> s.startsWith("force")).toList();
  }

  @Test
  void nothingIsForcedWhileTheLogIsHeld() {
    log.hold();
    WalSegment segment = first();
    long end = append(segment);
    List<String> done = new ArrayList<>();
    log.whenSynced(segment, end, failure -> done.add("told " + failure));
    log.request();
    scheduler.runAll();
    assertThat(forces()).isEmpty();
    assertThat(done).isEmpty();
    scheduler.submit(Lane.FLUSH, log::letGo);
    log.await(segment, end);
    assertThat(forces()).hasSize(1);
    assertThat(done).containsExactly("told null");
    log.letGo();
    append(segment);
    log.await(segment, segment.position());
    assertThat(forces()).hasSize(2);
  }

  @Test
  void whoWaitsForALogThatIsHeldIsToldWhenItIsGivenUp() {
    log.hold();
    WalSegment segment = first();
    long end = append(segment);
    StorageException cause = new StorageException("no table", null);
    scheduler.submit(Lane.FLUSH, () -> log.giveUp(cause));
    assertThatThrownBy(() -> log.await(segment, end))
        .isInstanceOf(PoisonedException.class)
        .hasCause(cause);
    assertThatThrownBy(() -> log.await(segment, end)).isInstanceOf(PoisonedException.class);
    assertThat(forces()).isEmpty();
  }

  @Test
  void closingEndsTheWaitForALogThatIsHeld() {
    log.hold();
    WalSegment segment = first();
    List<String> done = new ArrayList<>();
    log.whenSynced(segment, append(segment), failure -> done.add(failure.getClass().getName()));
    log.close();
    assertThat(done).containsExactly(PoisonedException.class.getName());
    log.letGo();
    assertThat(forces()).isEmpty();
  }

  @Test
  void oneForceServesAllThatWait() {
    WalSegment segment = first();
    List<String> done = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      String name = "w" + i;
      log.whenSynced(segment, append(segment), failure -> done.add(name + failure));
    }
    assertThat(done).isEmpty();
    scheduler.runAll();
    assertThat(done).containsExactly("w0null", "w1null", "w2null", "w3null", "w4null");
    assertThat(forces()).containsExactly("force 000001.wal 0 " + segment.position());
    assertThat(segment.syncedUpTo()).isEqualTo(segment.position());
    log.await(segment, segment.position());
    log.request();
    scheduler.runAll();
    assertThat(forces()).hasSize(1);
  }

  @Test
  void whatIsAppendedDuringAForceIsServedByTheNextOne() {
    WalSegment segment = first();
    long one = append(segment);
    List<String> done = new ArrayList<>();
    disk.onForce(() -> appendTwice(segment, one, done));
    log.await(segment, one);
    scheduler.runAll();
    assertThat(done).containsExactly("covered", "next");
    assertThat(forces())
        .containsExactly(
            "force 000001.wal 0 " + one, "force 000001.wal " + one + " " + segment.position());
  }

  private void appendTwice(WalSegment segment, long covered, List<String> done) {
    disk.onForce(() -> {});
    log.whenSynced(segment, covered, failure -> done.add("covered"));
    log.whenSynced(segment, append(segment), failure -> done.add("next"));
  }

  @Test
  void aCoveredRequestDuringAForceCostsNoSecondOne() {
    WalSegment segment = first();
    append(segment);
    long two = append(segment);
    disk.onForce(() -> log.whenSynced(segment, two, failure -> {}));
    log.await(segment, two);
    scheduler.runAll();
    assertThat(forces()).hasSize(1);
  }

  @Test
  void segmentsAreForcedInOrder() {
    WalSegment one = first();
    append(one);
    WalSegment two = next(one);
    append(two);
    WalSegment three = next(two);
    long end = append(three);
    log.await(three, end);
    assertThat(forces())
        .containsExactly(
            "force 000001.wal 0 " + one.position(),
            "force 000002.wal 0 " + two.position(),
            "force 000003.wal 0 " + end);
    append(three);
    log.request();
    scheduler.runAll();
    assertThat(forces()).hasSize(4);
  }

  @Test
  void aLaterSegmentNeverCountsWhileAnEarlierOneIsNotOnDisk() {
    WalSegment one = first();
    append(one);
    WalSegment two = next(one);
    long end = append(two);
    List<Boolean> overtaken = new ArrayList<>();
    disk.onForce(() -> overtaken.add(one.syncedUpTo() < one.position() && two.syncedUpTo() > 0));
    log.await(two, end);
    assertThat(overtaken).containsExactly(false, false);
    assertThat(one.syncedUpTo()).isEqualTo(one.position());
  }

  @Test
  void aSettledSegmentIsNotForcedAndItsWaitersAreServed() {
    WalSegment one = first();
    long end = append(one);
    WalSegment two = next(one);
    List<String> done = new ArrayList<>();
    log.whenSynced(one, end, failure -> done.add("one" + failure));
    log.settle(one);
    assertThat(done).containsExactly("onenull");
    log.await(one, end);
    log.await(two, append(two));
    assertThat(forces()).containsExactly("force 000002.wal 0 " + two.position());
    assertThatThrownBy(() -> log.settle(two)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void afterAFailedForceNothingIsEverForcedAgain() {
    WalSegment segment = first();
    long one = append(segment);
    log.await(segment, one);
    long two = append(segment);
    List<PoisonedException> told = new ArrayList<>();
    log.whenSynced(segment, two, told::add);
    StorageException cause = new StorageException("000001.wal: Input/output error", null);
    disk.failNext(cause);
    assertThatThrownBy(() -> log.await(segment, two))
        .isInstanceOf(PoisonedException.class)
        .hasMessageContaining("Input/output error")
        .hasCause(cause);
    assertThat(told).hasSize(1).allSatisfy(t -> assertThat(t).hasCause(cause));
    assertThat(failures).hasSize(1).allSatisfy(t -> assertThat(t).hasCause(cause));
    assertThat(log.failure()).isSameAs(cause);
    assertThatThrownBy(() -> log.await(segment, two)).hasCause(cause);
    log.whenSynced(segment, two, told::add);
    assertThat(told).hasSize(2);
    log.request();
    scheduler.runAll();
    assertThat(forces()).hasSize(1);
    log.await(segment, one);
    assertThat(segment.syncedUpTo()).isEqualTo(one);
  }

  @Test
  void aCompletionThatThrowsDisturbsNoOther() {
    WalSegment segment = first();
    List<String> done = new ArrayList<>();
    log.whenSynced(
        segment,
        append(segment),
        failure -> {
          throw new IllegalArgumentException("mine");
        });
    log.whenSynced(segment, append(segment), failure -> done.add("b"));
    scheduler.runAll();
    assertThat(done).containsExactly("b");
    assertThat(failures).singleElement().isInstanceOf(IllegalArgumentException.class);
    log.await(segment, append(segment));
  }

  @Test
  void threadsThatWaitTogetherShareForces() throws InterruptedException {
    try (ThreadScheduler threads = new ThreadScheduler("test", 1)) {
      var lost = new ConcurrentLinkedQueue<Throwable>();
      GroupCommit shared = new GroupCommit(threads, lost::add);
      SegmentPool sharedPool =
          new SegmentPool(
              disk, threads, numbers::incrementAndGet, DATABASE, 32 << 10, true, () -> {});
      WalSegment begun = sharedPool.takeFirst();
      begun.beginChain(1);
      shared.add(begun);
      Object commitLock = new Object();
      WalSegment[] current = {begun};
      int perThread = 500;
      CountDownLatch over = new CountDownLatch(4);
      CountDownLatch completions = new CountDownLatch(4 * perThread / 2);
      for (int t = 0; t < 4; t++) {
        Thread.ofPlatform()
            .start(() -> {
              BatchEncoder mine = new BatchEncoder();
              try {
                for (int i = 0; i < perThread; i++) {
                  mine.clear();
                  mine.put(0, new byte[16], new byte[100]);
                  WalSegment segment;
                  long end;
                  synchronized (commitLock) {
                    if (!current[0].fits(mine.bytes())) {
                      current[0] = sharedPool.take(current[0], mine.bytes());
                      shared.add(current[0]);
                    }
                    segment = current[0];
                    segment.append(mine, segment.nextSequence());
                    end = segment.position();
                  }
                  if (i % 2 == 0) {
                    shared.await(segment, end);
                    assertThat(segment.syncedUpTo()).isGreaterThanOrEqualTo(end);
                  } else {
                    shared.whenSynced(segment, end, f -> completions.countDown());
                  }
                }
              } catch (Throwable e) {
                lost.add(e);
              } finally {
                over.countDown();
              }
            });
      }
      over.await();
      shared.await(current[0], current[0].position());
      completions.await();
      assertThat(lost).isEmpty();
      assertThat(current[0].nextSequence()).isEqualTo(1 + 4 * perThread);
    }
  }
}
