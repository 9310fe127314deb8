package org.anvildb.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Tests {@link PlanWork}. */
final class PlanWorkTest {
  @Test
  void oneThreadDoesItAllWhereNobodyJoins() {
    List<Object> done = new ArrayList<>();
    var work = new PlanWork(3, done::add, () -> done.add("end"));
    assertThat(work.run()).isTrue();
    assertThat(work.run()).as("who comes late").isFalse();
    assertThat(done).containsExactly(0, 1, 2, "end");
  }

  @Test
  void whoEndsTheLastPartEndsTheWhole() throws Exception {
    var isInFirst = new CountDownLatch(1);
    var mayGoOn = new CountDownLatch(1);
    List<Object> done = new ArrayList<>();
    var work =
        new PlanWork(
            2,
            part -> {
              if (part == 0) {
                isInFirst.countDown();
                await(mayGoOn);
              }
              done.add(part);
            },
            () -> done.add("end"));
    try (var threads = Executors.newSingleThreadExecutor()) {
      Future<Boolean> slow = threads.submit(work::run);
      await(isInFirst);
      assertThat(work.run()).as("ended before the slow one").isFalse();
      mayGoOn.countDown();
      assertThat(slow.get()).isTrue();
    }
    assertThat(done).containsExactly(1, 0, "end");
  }

  @Test
  void eachPartIsDoneOnceAndTheEndOnceHoweverManyThreadsJoin() throws Exception {
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 2000; round++) {
        int parts = 1 + round % 5;
        var times = new AtomicIntegerArray(parts);
        var ends = new AtomicInteger();
        var work = new PlanWork(parts, times::incrementAndGet, ends::incrementAndGet);
        List<Future<Boolean>> results = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
          results.add(threads.submit(work::run));
        }
        int enders = 0;
        for (Future<Boolean> result : results) {
          enders += result.get() ? 1 : 0;
        }
        assertThat(enders).as("round " + round).isEqualTo(1);
        assertThat(ends.get()).as("round " + round).isEqualTo(1);
        for (int part = 0; part < parts; part++) {
          assertThat(times.get(part)).as("round " + round).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void whereTheEndThrowsItsThreadIsToldAndNoOther() {
    var work =
        PlanWork.of(() -> {
          throw new IllegalStateException("end");
        });
    assertThatThrownBy(work::run).hasMessage("end");
    assertThat(work.run()).isFalse();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
