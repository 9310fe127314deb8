package org.anvildb.engine;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * The work on one plan: parts that threads take in turn, and an end that comes once, after all of
 * them. Thread-safe.
 *
 * <p>Nobody waits for anybody: who ends the last part ends the whole. Threads that were asked to
 * join may come late or never, since whoever began takes all parts that nobody else has taken.
 */
final class PlanWork {
  private final int parts;
  private final IntConsumer part;
  private final Runnable end;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger ended = new AtomicInteger();

  /**
   * Makes the work.
   *
   * @param part does a part, of which it is told the number; throws nothing
   * @param end is run behind the last part
   */
  PlanWork(int parts, IntConsumer part, Runnable end) {
    this.parts = parts;
    this.part = part;
    this.end = end;
  }

  /** Work that has no parts to be shared. */
  static PlanWork of(Runnable all) {
    return new PlanWork(1, only -> {}, all);
  }

  int parts() {
    return parts;
  }

  /**
   * Does parts until all are taken, and the end if this thread ended the last of them.
   *
   * @return whether it did the end; also where that throws, it was this call's to do
   */
  boolean run() {
    boolean isLast = false;
    for (int taken = next.getAndIncrement(); taken < parts; taken = next.getAndIncrement()) {
      part.accept(taken);
      isLast = ended.incrementAndGet() == parts;
    }
    if (isLast) {
      end.run();
    }
    return isLast;
  }
}
