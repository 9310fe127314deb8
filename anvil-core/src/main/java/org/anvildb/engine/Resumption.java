package org.anvildb.engine;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.Health;
import org.anvildb.api.InterruptedOperationException;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * The way back from a full disk: flushes what waits in memory, then lets writers and merges go on.
 * A user asks for it, or a write that was refused does, now and then. Thread-safe.
 *
 * <p>All attempts run on the flusher's lane, one after the other. None starts by a timer, so a
 * database that nobody writes to rests.
 */
final class Resumption {
  private static final System.Logger LOG = System.getLogger("org.anvildb");
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The shortest time between two attempts that nobody asked for. */
  private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final HealthState health;
  private final Scheduler scheduler;
  private final Flusher flusher;
  private final Runnable onChange;
  private final Gate ended;
  private final AtomicBoolean underWay = new AtomicBoolean();
  private volatile long notBefore;

  /**
   * Makes the way back.
   *
   * @param onChange told after an attempt that succeeded: writers and merges may go on
   */
  Resumption(HealthState health, Scheduler scheduler, Flusher flusher, Runnable onChange) {
    this.health = health;
    this.scheduler = scheduler;
    this.flusher = flusher;
    this.onChange = onChange;
    this.ended = scheduler.newGate();
    this.notBefore = scheduler.nanoTime();
  }

  /** One run over all that waits; its fields are written before it is done. */
  private static final class Attempt {
    private @Nullable Throwable failure;
    private volatile boolean isDone;
  }

  /** Tries now and waits for the outcome, as {@link org.anvildb.api.Database#resume()} says. */
  void resume() {
    health.checkOpen();
    if (!health.isDiskFull()) {
      health.checkWritable();
      return;
    }
    Attempt attempt = new Attempt();
    try {
      scheduler.submit(Lane.FLUSH, () -> run(attempt));
    } catch (RuntimeException | Error e) {
      throw new StorageException(
          "no thread could be started to write what is in memory; nothing was changed; raise the"
              + " limit on threads, then try again",
          e);
    }
    await(attempt);
    if (attempt.isDone
        && attempt.failure instanceof DiskFullException full
        && health.isDiskFull()) {
      throw health.full(full);
    }
    if (!health.isDiskFull()) {
      health.checkWritable();
    }
  }

  /** Has an attempt made in the background, unless one was made a moment ago. */
  void tryNowAndThen() {
    if (scheduler.nanoTime() - notBefore < 0 || !underWay.compareAndSet(false, true)) {
      return;
    }
    try {
      scheduler.submit(
          Lane.FLUSH,
          () -> {
            try {
              run(new Attempt());
            } finally {
              notBefore = scheduler.nanoTime() + PAUSE_NANOS;
              underWay.set(false);
            }
          });
    } catch (RuntimeException | Error e) {
      // The write is refused in any case; the next one asks again.
      notBefore = scheduler.nanoTime() + PAUSE_NANOS;
      underWay.set(false);
      LOG.log(System.Logger.Level.WARNING, "an attempt to go on could not be started", e);
    }
  }

  /**
   * Lets a sync of the log go on though the disk is full: it takes no room.
   *
   * @throws org.anvildb.api.AnvilException if writes are refused for any other reason
   */
  void checkSyncable() {
    health.checkOpen();
    if (!(health.get() instanceof Health.DiskFull)) {
      health.checkWritable();
    }
  }

  private void run(Attempt attempt) {
    try {
      attempt.failure = flusher.flushAll();
      if (attempt.failure == null) {
        health.resumed();
      }
    } catch (RuntimeException | Error e) {
      attempt.failure = e;
      health.fail("going on after a full disk", e);
    } finally {
      attempt.isDone = true;
      ended.open();
      onChange.run();
    }
  }

  private void await(Attempt attempt) {
    try {
      // Another attempt may have made it healthy, or a failure poisoned it.
      while (!ended.await(
          () -> attempt.isDone || health.isClosed() || !health.isDiskFull(), CHECK_NANOS)) {
        health.checkOpen();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedOperationException(
          "interrupted while waiting for what is in memory to be written; that goes on", e);
    }
    if (!attempt.isDone) {
      health.checkOpen();
    }
  }
}
