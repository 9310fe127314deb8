package org.anvildb.wal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
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
  private record Starved(Scheduler delegate, AtomicInteger refusals) implements Scheduler {
    Starved(Scheduler delegate) {
      this(delegate, new AtomicInteger());
    }

    @Override
    public Gate newGate() {
      Gate gate = delegate.newGate();
      return new Gate() {
        @Override
        public void await(BooleanSupplier condition) {
          if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new OutOfMemoryError("injected");
          }
          gate.await(condition);
        }

        @Override
        public boolean await(BooleanSupplier condition, long timeoutNanos)
            throws InterruptedException {
          return gate.await(condition, timeoutNanos);
        }

        @Override
        public void open() {
          gate.open();
        }
      };
    }

    @Override
    public void submit(Lane lane, Runnable work) {
      delegate.submit(lane, work);
    }

    @Override
    public void submitLater(Lane lane, long delayNanos, Runnable work) {
      delegate.submitLater(lane, delayNanos, work);
    }

    @Override
    public void pause(long nanos) {
      delegate.pause(nanos);
    }

    @Override
    public long nanoTime() {
      return delegate.nanoTime();
    }

    @Override
    public void close() {
      delegate.close();
    }
  }
}
