package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.anvildb.schedule.InlineScheduler;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;

final class SyncQueueTest {
  private static final int WAITERS = 40;

  private final InlineScheduler scheduler = new InlineScheduler(new Random(1));
  private final AtomicLong numbers = new AtomicLong();
  private final SegmentPool pool =
      new SegmentPool(
          new SimulatedDisk(), scheduler, numbers::incrementAndGet, 42, 64 << 10, true, () -> {});
  private final BatchEncoder batch = new BatchEncoder();

  @RepeatedTest(20)
  void whoIsServedIsTakenOutOnceAndTheOthersStay(RepetitionInfo repetition) {
    Random random = new Random(repetition.getCurrentRepetition());
    WalSegment segment = pool.takeFirst();
    segment.beginChain(1);
    SyncQueue queue = new SyncQueue();
    List<Integer> told = new ArrayList<>();
    List<SyncWaiter> waiters = new ArrayList<>();
    List<Long> positions = new ArrayList<>();
    for (int i = 0; i < WAITERS; i++) {
      batch.clear();
      batch.put(0, new byte[16], new byte[100]);
      segment.append(batch, segment.nextSequence());
      positions.add(segment.position());
    }
    for (int i = 0; i < WAITERS; i++) {
      int number = i;
      // Not in order: who was slow to queue up may have written first.
      long position = positions.get(random.nextInt(WAITERS));
      var waiter = new SyncWaiter(segment, position, random.nextBoolean(), scheduler.newGate());
      waiters.add(waiter);
      queue.add(waiter);
      queue.add(segment, position, failure -> told.add(number));
    }
    while (segment.syncedUpTo() < segment.position()) {
      segment.markSynced(Math.max(segment.syncedUpTo(), positions.get(random.nextInt(WAITERS))));
      SyncQueue.Taken taken = queue.takeServed();
      taken.complete(
          null,
          failure -> {
            throw new AssertionError(failure);
          });
      check(waiters, told, queue);
    }
    assertThat(told).doesNotHaveDuplicates().hasSize(WAITERS);
    assertThat(queue.threads()).isZero();
    assertThat(queue.takeServed().threads()).isZero();
  }

  private static void check(List<SyncWaiter> waiters, List<Integer> told, SyncQueue queue) {
    int waiting = 0;
    boolean mayAnyLead = false;
    for (int i = 0; i < WAITERS; i++) {
      SyncWaiter waiter = waiters.get(i);
      boolean isOver = waiter.role() == SyncWaiter.Role.GO;
      assertThat(isOver).isEqualTo(waiter.isSynced());
      assertThat(told.contains(i)).isEqualTo(isOver);
      waiting += isOver ? 0 : 1;
      mayAnyLead |= !isOver && waiter.mayLead();
    }
    assertThat(queue.threads()).isEqualTo(waiting);
    assertThat(queue.firstThatMayLead() != null).isEqualTo(mayAnyLead);
  }
}
