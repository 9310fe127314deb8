package org.anvildb.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests {@link ThreadScheduler}. */
@Timeout(60)
final class ThreadSchedulerTest {
  @Test
  void whoGivesWayGetsOnThoughTheOthersNeverEnd() throws InterruptedException {
    try (var scheduler = new ThreadScheduler("test", 1, 2)) {
      var running = new CountDownLatch(1);
      var end = new CountDownLatch(1);
      scheduler.submit(
          Lane.FLUSH,
          () -> {
            running.countDown();
            awaitUninterruptibly(end);
          });
      running.await();
      scheduler.giveWay();
      scheduler.giveWay();
      assertThat(end.getCount()).isEqualTo(1);
      end.countDown();
    }
  }

  @Test
  void anInterruptedThreadThatGivesWayStaysInterrupted() throws InterruptedException {
    try (var scheduler = new ThreadScheduler("test", 1, 1)) {
      var running = new CountDownLatch(1);
      var end = new CountDownLatch(1);
      scheduler.submit(
          Lane.CHORE,
          () -> {
            running.countDown();
            awaitUninterruptibly(end);
          });
      running.await();
      Thread.currentThread().interrupt();
      scheduler.giveWay();
      assertThat(Thread.interrupted()).isTrue();
      end.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (latch.getCount() > 0) {
      try {
        latch.await();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
