package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.ThreadScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Group commit where threads meet. The timeout only ends what hangs. */
@Timeout(120)
final class GroupCommitThreadsTest {
  private static final ThreadFactory PLATFORM = Thread.ofPlatform().factory();
  private static final ThreadFactory VIRTUAL = Thread.ofVirtual().factory();

  private final SimulatedDisk disk = new SimulatedDisk();
  private final ThreadScheduler scheduler = new ThreadScheduler("test", 1);
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final GroupCommit log = new GroupCommit(scheduler, failures::add);
  private final AtomicLong numbers = new AtomicLong();
  private final SegmentPool pool =
      new SegmentPool(disk, scheduler, numbers::incrementAndGet, 42, 16 << 10, true, () -> {});

  /** The segments in use, oldest first; its monitor is the commit lock. */
  private final List<WalSegment> live = new ArrayList<>();

  private final BatchEncoder batch = new BatchEncoder();
  private final List<Thread> threads = new ArrayList<>();
  private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();

  private record Place(WalSegment segment, long end) {}

  @AfterEach
  void close() {
    scheduler.close();
    log.close();
  }

  private void begin() {
    WalSegment segment = pool.takeFirst();
    segment.beginChain(1);
    log.add(segment);
    live.add(segment);
  }

  private Place append() {
    synchronized (live) {
      batch.clear();
      batch.put(0, new byte[16], new byte[40]);
      if (!live.getLast().fits(batch.bytes())) {
        WalSegment next = pool.take(live.getLast(), batch.bytes());
        log.add(next);
        live.add(next);
      }
      WalSegment segment = live.getLast();
      segment.append(batch, segment.nextSequence());
      return new Place(segment, segment.position());
    }
  }

  private void awaitOne() {
    Place place = append();
    log.await(place.segment(), place.end());
    assertThat(place.segment().syncedUpTo()).isGreaterThanOrEqualTo(place.end());
  }

  private Thread start(ThreadFactory kind, Runnable work) {
    Thread thread =
        kind.newThread(() -> {
          try {
            work.run();
          } catch (Throwable t) {
            thrown.add(t);
          }
        });
    threads.add(thread);
    thread.start();
    return thread;
  }

  private void join() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** Returns when a thread sleeps. */
  private static void awaitAsleep(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private int forces() {
    return (int) disk.journal().stream().filter(s -> s.startsWith("force")).count();
  }

  /** Starts a leader whose force goes on until the latch opens. */
  private Thread startLeader(CountDownLatch mayEnd) {
    CountDownLatch isForcing = new CountDownLatch(1);
    disk.onForce(() -> {
      disk.onForce(() -> {});
      isForcing.countDown();
      await(mayEnd);
    });
    Thread leader = start(PLATFORM, this::awaitOne);
    await(isForcing);
    return leader;
  }

  @Test
  void whoComesDuringAForceSharesTheNextOneWhichOneOfThemLeads() throws InterruptedException {
    begin();
    CountDownLatch mayEnd = new CountDownLatch(1);
    startLeader(mayEnd);
    for (int i = 0; i < 5; i++) {
      awaitAsleep(start(PLATFORM, this::awaitOne));
    }
    mayEnd.countDown();
    join();
    assertThat(thrown).isEmpty();
    assertThat(forces()).isEqualTo(2);
    assertThat(log.forces()).isEqualTo(2);
  }

  @Test
  void aForceThatFailsTellsTheLeaderAndAllWhoWait() throws InterruptedException {
    begin();
    awaitOne();
    CountDownLatch mayEnd = new CountDownLatch(1);
    StorageException cause = new StorageException("000001.wal: Input/output error", null);
    CountDownLatch told = new CountDownLatch(1);
    startLeader(mayEnd);
    for (int i = 0; i < 5; i++) {
      awaitAsleep(start(i == 0 ? VIRTUAL : PLATFORM, this::awaitOne));
    }
    Place place = append();
    log.whenSynced(
        place.segment(),
        place.end(),
        failure -> {
          thrown.add(new AssertionError(failure));
          told.countDown();
        });
    disk.failNext(cause);
    mayEnd.countDown();
    join();
    await(told);
    assertThat(thrown).hasSize(7);
    assertThat(thrown.stream().filter(PoisonedException.class::isInstance))
        .hasSize(6)
        .allSatisfy(t -> assertThat(t).hasCause(cause));
    assertThat(failures).singleElement().satisfies(t -> assertThat(t).hasCause(cause));
    thrown.clear();
    start(PLATFORM, this::awaitOne).join();
    assertThat(thrown).singleElement().isInstanceOf(PoisonedException.class);
    assertThat(forces()).isEqualTo(1);
  }

  @Test
  void anInterruptOfLeaderOrFollowerKeepsItsMarkAndHurtsNobody() throws InterruptedException {
    begin();
    CountDownLatch mayEnd = new CountDownLatch(1);
    AtomicInteger marked = new AtomicInteger();
    Runnable marking =
        () -> {
          awaitOne();
          marked.addAndGet(Thread.currentThread().isInterrupted() ? 1 : 100);
        };
    disk.onForce(() -> {
      disk.onForce(() -> {});
      Thread.currentThread().interrupt();
    });
    start(PLATFORM, marking).join();
    startLeader(mayEnd);
    Thread follower = start(PLATFORM, marking);
    Thread other = start(PLATFORM, this::awaitOne);
    awaitAsleep(follower);
    awaitAsleep(other);
    follower.interrupt();
    mayEnd.countDown();
    join();
    assertThat(thrown).isEmpty();
    assertThat(marked).hasValue(2);
    assertThat(failures).isEmpty();
  }

  @Test
  void virtualThreadsWaitForTheLaneAndNeverForce() throws InterruptedException {
    begin();
    Queue<Thread> forcing = new ConcurrentLinkedQueue<>();
    disk.onForce(() -> forcing.add(Thread.currentThread()));
    for (int i = 0; i < 50; i++) {
      start(VIRTUAL, this::awaitOne);
    }
    join();
    assertThat(thrown).isEmpty();
    assertThat(forcing).isNotEmpty().noneMatch(Thread::isVirtual);
  }

  @Test
  void closeReturnsWhenNobodyForcesAnyMore() throws InterruptedException {
    begin();
    CountDownLatch mayEnd = new CountDownLatch(1);
    startLeader(mayEnd);
    Thread follower = start(PLATFORM, this::awaitOne);
    awaitAsleep(follower);
    Thread closer = start(PLATFORM, log::close);
    follower.join();
    awaitAsleep(closer);
    assertThat(thrown).singleElement().isInstanceOf(PoisonedException.class);
    mayEnd.countDown();
    join();
    assertThat(thrown).hasSize(1);
    assertThat(forces()).isEqualTo(1);
  }

  @Test
  void nobodyIsForgottenWhereLeadersFollowersTheLaneAndSettlingMeet() throws InterruptedException {
    begin();
    int perThread = 5000;
    disk.onForce(Thread::yield);
    CountDownLatch completions = new CountDownLatch(2 * perThread / 4);
    for (int t = 0; t < 6; t++) {
      ThreadFactory kind = t < 4 ? PLATFORM : VIRTUAL;
      boolean tellsToo = t >= 2 && t < 4;
      Random random = new Random(t);
      start(
          kind,
          () -> {
            for (int i = 0; i < perThread; i++) {
              if (tellsToo && i % 4 == 0) {
                Place place = append();
                log.whenSynced(place.segment(), place.end(), failure -> completions.countDown());
              } else {
                awaitOne();
              }
              if (random.nextInt(50) == 0) {
                Thread.yield();
              }
              settleOldest();
            }
          });
    }
    join();
    completions.await();
    assertThat(thrown).isEmpty();
    assertThat(failures).isEmpty();
    assertThat(live.getLast().nextSequence()).isEqualTo(1 + 6 * perThread);
    assertThat(log.forces()).isEqualTo(forces()).isLessThanOrEqualTo(6L * perThread);
  }

  /** As the flusher does, but at a time when others may wait for the segment. */
  private void settleOldest() {
    synchronized (live) {
      if (live.size() > 2) {
        WalSegment oldest = live.removeFirst();
        log.settle(oldest);
        pool.retire(oldest);
      }
    }
  }
}
