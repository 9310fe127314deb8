package org.anvildb.engine;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ClosedException;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.Health;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.ReadOnlyException;
import org.anvildb.api.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database accepts calls: healthy, read-only, without room on its disk, poisoned by its
 * first failure, or closed. Poison stays until the database is closed; closing is final.
 * Thread-safe, and cheap to ask.
 *
 * <p>A full disk may only be noted where nothing on disk is in doubt: what was written is in the
 * log, and what failed was a new file that nothing names and that is gone again. A failure on top
 * of it poisons as usual.
 */
final class HealthState {
  private static final System.Logger LOG = System.getLogger("org.anvildb");

  /** Stands for the health behind a failure that there is no memory to tell of. */
  private final Health withoutMemory =
      new Health.Poisoned(new OutOfMemoryError("no memory to tell what failed"));

  private final AtomicReference<Health> health;
  private final String location;

  /** What those are told who come too late; made ahead, as memory may be short then. */
  private final String closed;

  private volatile @Nullable String closing;
  private volatile LongSupplier durable = () -> 0;
  private volatile Runnable onRefused = () -> {};

  HealthState(String location, boolean readOnly) {
    this.location = location;
    this.closed = "the database at " + location + " was closed";
    this.health = new AtomicReference<>(readOnly ? new Health.ReadOnly() : new Health.Healthy());
  }

  /** Sets what tells the newest batch that is known to be on disk, for messages. */
  void setDurable(LongSupplier sequence) {
    durable = sequence;
  }

  /** Sets what is told, under any lock, of a write that was refused as the disk was full. */
  void setOnRefused(Runnable action) {
    onRefused = action;
  }

  Health get() {
    return health.get();
  }

  boolean isHealthy() {
    return health.get() instanceof Health.Healthy;
  }

  boolean isDiskFull() {
    return health.get() instanceof Health.DiskFull;
  }

  boolean isClosed() {
    return closing != null;
  }

  /** Notes a failure; the first one counts, but for a full disk. */
  void fail(String what, Throwable cause) {
    Health poisoned = poisonedBy(cause);
    Health before = health.get();
    while (before instanceof Health.Healthy || before instanceof Health.DiskFull) {
      if (health.compareAndSet(before, poisoned)) {
        log(what, cause);
        return;
      }
      before = health.get();
    }
  }

  /** Returns the health behind a failure, also where the failure is that there is no memory. */
  private Health poisonedBy(Throwable cause) {
    try {
      return new Health.Poisoned(cause);
    } catch (OutOfMemoryError e) {
      return withoutMemory;
    }
  }

  private void log(String what, Throwable cause) {
    try {
      LOG.log(
          System.Logger.Level.ERROR,
          "AnvilDB at "
              + location
              + ": "
              + what
              + " failed; writes are refused until it is reopened",
          cause);
    } catch (OutOfMemoryError e) {
      // The health tells it, too.
    }
  }

  /**
   * Notes what kept background work from its end. A lack of room passes, if what was written so far
   * could be deleted; all else poisons.
   */
  void failWork(String what, Throwable cause) {
    // What is suppressed is a clean-up that failed: trying again would leave more and more files.
    if (cause instanceof DiskFullException full && full.getSuppressed().length == 0) {
      Health before = health.get();
      if (before instanceof Health.Healthy
          && health.compareAndSet(before, new Health.DiskFull(full))) {
        LOG.log(
            System.Logger.Level.WARNING,
            "AnvilDB at {0}: {1} found the disk full; writes are refused until there is room: {2}",
            location,
            what,
            full.getMessage());
      }
    } else {
      fail(what, cause);
    }
  }

  /** Notes that there was room for what found the disk full before. */
  void resumed() {
    Health before = health.get();
    if (before instanceof Health.DiskFull && health.compareAndSet(before, new Health.Healthy())) {
      LOG.log(
          System.Logger.Level.INFO,
          "AnvilDB at {0}: there is room on the disk again; writes go on",
          location);
    }
  }

  /** Notes that somebody closes the database; tells whether this call was the first. */
  synchronized boolean beginClose() {
    if (closing != null) {
      return false;
    }
    closing = closed;
    try {
      closing = closed + " at " + Instant.now() + " by thread " + Thread.currentThread().getName();
    } catch (OutOfMemoryError e) {
      // The closing must not fail for want of a longer text.
    }
    return true;
  }

  /** Notes that nothing of the database is left open. */
  void endClose() {
    health.set(new Health.Closed());
  }

  void checkOpen() {
    String closed = closing;
    if (closed != null) {
      throw new ClosedException(closed);
    }
  }

  void checkWritable() {
    if (closing == null && health.get() instanceof Health.Healthy) {
      return;
    }
    checkOpen();
    switch (health.get()) {
      case Health.ReadOnly _ ->
          throw new ReadOnlyException(
              location + " was opened read-only; open it without readOnly to write");
      case Health.Poisoned(Throwable cause) -> throw poisoned(cause);
      case Health.DiskFull(DiskFullException cause) -> {
        onRefused.run();
        throw full(cause);
      }
      case Health.Closed _ ->
          throw new ClosedException("the database at " + location + " is closed");
      case Health.Healthy _ -> {}
    }
  }

  /** Makes an exception of the calling thread's own from that of a full disk. */
  DiskFullException full(DiskFullException cause) {
    return new DiskFullException(
        location
            + " refuses writes since the disk was full ("
            + cause.getMessage()
            + "); nothing was written, reads go on; make room, then call resume() or try again",
        cause);
  }

  private PoisonedException poisoned(Throwable cause) {
    return new PoisonedException(
        location
            + " refuses writes after an earlier failure ("
            + cause.getMessage()
            + "); reads go on; close and reopen it to recover; last durable sequence = "
            + durable.getAsLong(),
        cause);
  }

  /** Turns what a mapped write or background step ran into to an exception that users can catch. */
  static AnvilException typed(String what, Throwable cause) {
    return cause instanceof AnvilException typed
        ? typed
        : new StorageException(what + " failed: " + cause, cause);
  }
}
