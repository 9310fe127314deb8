package org.anvildb.schedule;

/**
 * Runs background work. The engine starts no thread but through this interface, so that a test can
 * run the whole database on one thread, step by step, in an order drawn from a seed.
 *
 * <p>Thread-safe. Work never throws: whatever it runs into, it reports to the database's health.
 */
public interface Scheduler extends AutoCloseable {
  /**
   * Runs work once, later, on a thread of the scheduler.
   *
   * @param lane the kind of work
   * @param work what to run
   */
  void submit(Lane lane, Runnable work);

  /**
   * Runs work once after a delay.
   *
   * @param lane the kind of work
   * @param delayNanos the delay
   * @param work what to run
   */
  void submitLater(Lane lane, long delayNanos, Runnable work);

  /**
   * Makes a gate whose waiters are woken by, or in a deterministic scheduler run, the background
   * work.
   *
   * @return a new gate
   */
  Gate newGate();

  /**
   * Holds the calling thread up for a short while.
   *
   * @param nanos how long; it may be less
   */
  void pause(long nanos);

  /**
   * Lets more urgent work go first: called now and then by work that takes long and can wait a
   * little. Holds the calling thread up for a short while at most, so that it always gets on.
   */
  default void giveWay() {}

  /**
   * Returns how long memory stays mapped after the last reader is known to have left it, for
   * readers that nobody counts. The JVM marks a thread as interrupted whose memory is closed while
   * it reads, so this must be longer than a read.
   *
   * @return nanoseconds; 0 where all runs on one thread
   */
  default long graceNanos() {
    return 0;
  }

  /**
   * Returns a time that only goes forward.
   *
   * @return nanoseconds since an arbitrary start
   */
  long nanoTime();

  /** Drops work that has not begun and waits for what is running. */
  @Override
  void close();
}
