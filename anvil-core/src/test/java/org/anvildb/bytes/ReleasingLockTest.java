package org.anvildb.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ReleasingLockTest {
  private final ReleasingLock lock = new ReleasingLock();

  @Test
  void whoCouldNotLockUnlocksNothing() {
    lock.unlock();
    assertThat(lock.isLocked()).isFalse();
    var isHeld = new CompletableFuture<Boolean>();
    var isOver = new CompletableFuture<Boolean>();
    Thread holder =
        Thread.ofPlatform()
            .start(() -> {
              try {
                lock.lock();
                isHeld.complete(true);
                isOver.join();
              } finally {
                lock.unlock();
              }
            });
    isHeld.join();
    lock.unlock();
    assertThat(lock.isLocked()).as("held by the other thread").isTrue();
    isOver.complete(true);
    assertThatThrownBy(
            () -> {
              try {
                Thread.currentThread().interrupt();
                lock.lockInterruptibly();
              } finally {
                lock.unlock();
              }
            })
        .isInstanceOf(InterruptedException.class);
    joined(holder);
    assertThat(lock.isLocked()).isFalse();
  }

  @Test
  void whoWaitsGetsTheLock() {
    int[] count = {0};
    Thread[] threads = new Thread[4];
    for (int i = 0; i < threads.length; i++) {
      threads[i] =
          Thread.ofPlatform()
              .start(() -> {
                for (int j = 0; j < 10_000; j++) {
                  try {
                    lock.lock();
                    count[0]++;
                  } finally {
                    lock.unlock();
                  }
                }
              });
    }
    for (Thread thread : threads) {
      joined(thread);
    }
    assertThat(count[0]).isEqualTo(40_000);
  }

  private static void joined(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
