package org.anvildb.schedule;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.anvildb.bytes.ReleasingLock;

/**
 * Runs background work on daemon threads: one for each lane, several for compactions. Threads are
 * started when there is work and end after a while without, so that an idle database has none.
 */
public final class ThreadScheduler implements Scheduler {
  private static final long IDLE_SECONDS = 5;
  private static final long CLOSE_SECONDS = 60;
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /**
   * With more processors than this there is one for each kind of work: nobody gives way. With two,
   * a writer, a flush and a merge took turns, and the writer waited a third of its time.
   */
  private static final int FEW_PROCESSORS = 2;

  /** How long work gives way at once; it works for 1 to 2 ms in between. */
  private static final long GIVE_WAY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** When work that is due is tried again, if no thread could be started for it. */
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final boolean isNarrow;

  /** The lanes that will be looked at: one look at a time, however often nobody could start. */
  private final Set<Lane> nudged = ConcurrentHashMap.newKeySet();

  private final Map<Lane, ThreadPoolExecutor> lanes = new EnumMap<>(Lane.class);

  /**
   * Makes a scheduler.
   *
   * @param name the start of its threads' names
   * @param compactionThreads how many compactions run at a time
   */
  public ThreadScheduler(String name, int compactionThreads) {
    this(name, compactionThreads, Runtime.getRuntime().availableProcessors());
  }

  /** As above, for a machine of so many processors. */
  ThreadScheduler(String name, int compactionThreads, int processors) {
    isNarrow = processors <= FEW_PROCESSORS;
    for (Lane lane : Lane.values()) {
      int threads = lane == Lane.COMPACTION ? compactionThreads : 1;
      ThreadPoolExecutor pool =
          new ThreadPoolExecutor(
              threads,
              threads,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              Thread.ofPlatform().daemon().name(name + "-" + lane.label() + "-", 1).factory());
      pool.allowCoreThreadTimeOut(true);
      lanes.put(lane, pool);
    }
  }

  @Override
  public void submit(Lane lane, Runnable work) {
    try {
      execute(pool(lane), work);
    } catch (OutOfMemoryError e) {
      nudge(lane);
      throw e;
    }
  }

  /**
   * Has a lane looked at in a while where no thread could be started for it: meanwhile another
   * caller may have queued work there, counting on that thread.
   */
  private void nudge(Lane lane) {
    if (pool(lane).getQueue().isEmpty() || !nudged.add(lane)) {
      return;
    }
    try {
      submitLater(lane, RETRY_NANOS, () -> nudged.remove(lane));
    } catch (OutOfMemoryError e) {
      // Whoever submits next starts a thread, or is told.
      nudged.remove(lane);
    }
  }

  @Override
  public void submitLater(Lane lane, long delayNanos, Runnable work) {
    ThreadPoolExecutor pool = pool(lane);
    Executor toPool =
        task -> {
          try {
            execute(pool, task);
          } catch (OutOfMemoryError e) {
            // No thread could be started, and nobody is there to be told: later there may be one.
            submitLater(lane, RETRY_NANOS, task);
          }
        };
    CompletableFuture.delayedExecutor(delayNanos, TimeUnit.NANOSECONDS, toPool).execute(work);
  }

  @Override
  public Gate newGate() {
    return new LockGate();
  }

  @Override
  public void pause(long nanos) {
    LockSupport.parkNanos(nanos);
  }

  /** Waits while memtables are flushed or log segments prepared, if processors are few. */
  @Override
  public void giveWay() {
    if (!isNarrow) {
      return;
    }
    long end = System.nanoTime() + GIVE_WAY_NANOS;
    while ((isRunning(Lane.FLUSH) || isRunning(Lane.CHORE)) && System.nanoTime() < end) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private boolean isRunning(Lane lane) {
    return pool(lane).getActiveCount() > 0;
  }

  @Override
  public long graceNanos() {
    return GRACE_NANOS;
  }

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public void close() {
    List<ThreadPoolExecutor> pools = new ArrayList<>(lanes.values());
    for (ThreadPoolExecutor pool : pools) {
      pool.getQueue().clear();
      pool.shutdown();
    }
    boolean interrupted = false;
    for (ThreadPoolExecutor pool : pools) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(CLOSE_SECONDS);
      while (!pool.isTerminated() && System.nanoTime() < end) {
        try {
          pool.awaitTermination(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private ThreadPoolExecutor pool(Lane lane) {
    ThreadPoolExecutor pool = lanes.get(lane);
    if (pool == null) {
      throw new IllegalArgumentException("no such lane: " + lane);
    }
    return pool;
  }

  /** Hands work to a pool; work that comes after the close is dropped, as close promises. */
  private static void execute(ThreadPoolExecutor pool, Runnable work) {
    try {
      pool.execute(work);
    } catch (RejectedExecutionException e) {
      if (!pool.isShutdown()) {
        throw e;
      }
    }
  }

  /** A gate on a lock and its condition. */
  private static final class LockGate implements Gate {
    private final ReleasingLock lock = new ReleasingLock();
    private final Condition opened = lock.newCondition();

    @GuardedBy("lock")
    private long openings;

    @Override
    public void await(BooleanSupplier condition) {
      while (!condition.getAsBoolean()) {
        try {
          lock.lock();
          long before = openings;
          // Checked again under the lock: an opening after this check is seen by the wait.
          if (condition.getAsBoolean()) {
            break;
          }
          while (before == openings) {
            opened.awaitUninterruptibly();
          }
        } finally {
          lock.unlock();
        }
      }
    }

    @Override
    public boolean await(BooleanSupplier condition, long timeoutNanos) throws InterruptedException {
      long left = timeoutNanos;
      while (!condition.getAsBoolean()) {
        try {
          lock.lockInterruptibly();
          long before = openings;
          if (condition.getAsBoolean()) {
            break;
          }
          while (before == openings) {
            if (left <= 0) {
              return condition.getAsBoolean();
            }
            left = opened.awaitNanos(left);
          }
        } finally {
          lock.unlock();
        }
      }
      return true;
    }

    @Override
    public void open() {
      try {
        signal();
      } catch (InternalError e) {
        // Of a page that is gone, told late: those who wait have to be woken all the same.
        signal();
        throw e;
      }
    }

    private void signal() {
      try {
        lock.lock();
        openings++;
        opened.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
