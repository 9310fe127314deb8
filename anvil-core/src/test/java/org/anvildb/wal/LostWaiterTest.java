package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.anvildb.schedule.ForwardingGate;
import org.anvildb.schedule.ForwardingScheduler;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Scheduler;
import org.anvildb.schedule.ThreadScheduler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Holds that a thread which can't wait for its sync, for want of memory, holds up nobody else. */
@Timeout(60)
final class LostWaiterTest {
  private final SimulatedDisk disk = new SimulatedDisk();
  private final Starved scheduler = new Starved(new ThreadScheduler("lost", 1));
  private final GroupCommit log = new GroupCommit(scheduler, _ -> {});
  private final AtomicLong numbers = new AtomicLong();
  private final SegmentPool pool =
      new SegmentPool(disk, scheduler, numbers::incrementAndGet, 42, 64 << 10, true, () -> {});
  private final WalSegment segment = pool.takeFirst();
  private final BatchEncoder batch = new BatchEncoder();

  @AfterEach
  void close() {
    scheduler.close();
    log.close();
  }

  private long append() {
    batch.clear();
    batch.put(0, new byte[16], new byte[40]);
    segment.append(batch, segment.nextSequence());
    return segment.position();
  }

  @Test
  void theOthersAreServedWhoeverOfThemCannotWait() throws InterruptedException {
    segment.beginChain(1);
    log.add(segment);
    for (int lost = 0; lost < 4; lost++) {
      log.hold();
      List<Thread> waiting = new ArrayList<>();
      AtomicInteger served = new AtomicInteger();
      for (int i = 0; i < 4; i++) {
        long end = append();
        if (i == lost) {
          scheduler.refusals.set(1);
          assertThatThrownBy(() -> log.await(segment, end)).isInstanceOf(OutOfMemoryError.class);
        } else {
          Thread thread =
              Thread.ofPlatform()
                  .start(() -> {
                    log.await(segment, end);
                    served.incrementAndGet();
                  });
          while (thread.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
          }
          waiting.add(thread);
        }
      }
      log.letGo();
      for (Thread thread : waiting) {
        thread.join();
      }
      assertThat(served).as("lost is number %d", lost).hasValue(3);
    }
  }

  /** A scheduler at whose gates nobody may wait for a number of times. */
  private static final class Starved extends ForwardingScheduler {
    private final AtomicInteger refusals = new AtomicInteger();

    Starved(Scheduler delegate) {
      super(delegate);
    }

    @Override
    public Gate newGate() {
      return new ForwardingGate(super.newGate()) {
        @Override
        public void await(BooleanSupplier condition) {
          if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("injected");
          }
          super.await(condition);
        }
      };
    }
  }
}
