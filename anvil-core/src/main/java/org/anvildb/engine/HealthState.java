package org.anvildb.engine;

import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Health;
import org.anvildb.api.PoisonedException;
import org.anvildb.api.ReadOnlyException;
import org.anvildb.api.StorageException;
import org.jspecify.annotations.Nullable;

/**
 * Whether the database accepts calls: healthy, read-only, poisoned by its first failure, or closed.
 * Poison stays until the database is closed; closing is final. Thread-safe, and cheap to ask.
 */
final class HealthState {
  private static final System.Logger LOG = System.getLogger("org.anvildb");

  private final AtomicReference<Health> health;
  private final String location;
  private volatile @Nullable String closing;
  private volatile LongSupplier durable = () -> 0;

  HealthState(String location, boolean readOnly) {
    this.location = location;
    this.health = new AtomicReference<>(readOnly ? new Health.ReadOnly() : new Health.Healthy());
  }

  /** Sets what tells the newest batch that is known to be on disk, for messages. */
  void setDurable(LongSupplier sequence) {
    durable = sequence;
  }

  Health get() {
    return health.get();
  }

  boolean isHealthy() {
    return health.get() instanceof Health.Healthy;
  }

  boolean isClosed() {
    return closing != null;
  }

  /** Notes a failure; the first one counts. */
  void fail(String what, Throwable cause) {
    Health before = health.get();
    if (before instanceof Health.Healthy
        && health.compareAndSet(before, new Health.Poisoned(cause))) {
      LOG.log(
          System.Logger.Level.ERROR,
          "AnvilDB at "
              + location
              + ": "
              + what
              + " failed; writes are refused until it is reopened",
          cause);
    }
  }

  /** Notes that somebody closes the database; tells whether this call was the first. */
  synchronized boolean beginClose() {
    if (closing != null) {
      return false;
    }
    closing =
        "the database at "
            + location
            + " was closed at "
            + Instant.now()
            + " by thread "
            + Thread.currentThread().getName();
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
      case Health.Closed _ ->
          throw new ClosedException("the database at " + location + " is closed");
      case Health.Healthy _ -> {}
    }
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
