package org.anvildb.engine;

import java.util.concurrent.TimeUnit;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.Health;
import org.jspecify.annotations.Nullable;

/**
 * The closing of a database, in order: no new calls, what is in memory into tables (or at least the
 * log onto the disk), background work ended, mappings and files closed, lock released.
 *
 * <p>The waits for merges (where tables abound), for the flush, for the sync of the log, which the
 * disk may not answer, and for the background work have bounds; those for room to freeze the last
 * memtable and for the manifest have none. A step that fails does not keep the later ones from
 * running: the log holds what could not be flushed, and the next opening replays it.
 */
final class Shutdown {
  private static final System.Logger LOG = System.getLogger("org.anvildb");
  private static final long FLUSH_BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long TIDY_BOUND_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LAST_READS_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long GARBAGE_BOUND_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Parts parts;

  /**
   * All that closing does. Made when the database is opened, since memory may be short when it is
   * closed, and the lock has to be released all the same.
   */
  private final Runnable[] steps;

  /** The health before anything was saved: looked at once, as it may get better meanwhile. */
  private Health health = new Health.Closed();

  private boolean interrupted;
  private @Nullable Throwable failure;

  Shutdown(Parts parts) {
    this.parts = parts;
    this.steps =
        new Runnable[] {
          () -> parts.pins().look(),
          () -> parts.committer().roomChanged(),
          this::awaitTidy,
          () -> parts.compactor().stop(),
          () -> health = parts.health().get(),
          this::flush,
          this::syncLog,
          () -> parts.garbage().awaitEmpty(GARBAGE_BOUND_NANOS),
          () -> parts.garbage().close(),
          () -> parts.states().close(),
          () -> parts.scheduler().close(),
          this::awaitLastReads,
          () -> parts.garbage().unmapRest(),
          () -> parts.tables().closeAll(),
          () -> parts.log().close(),
          () -> parts.replayed().close(),
          () -> parts.catalog().close(),
          () -> parts.lock().close(),
          () -> parts.storage().close(),
          () -> parts.health().endClose(),
        };
  }

  void run() {
    if (parts.reads().inCallback()) {
      throw new IllegalStateException(
          "close() was called from a function that reads a value in place; return from it first");
    }
    if (!parts.health().beginClose()) {
      return;
    }
    interrupted = Thread.interrupted();
    for (Runnable step : steps) {
      attempt(step);
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    switch (failure) {
      case null -> {}
      case RuntimeException e -> throw e;
      case Throwable e -> throw HealthState.typed("a step of closing", e);
    }
  }

  /** Brings what was written to disk. A close that returns means that all of it is there. */
  private void syncLog() {
    switch (health) {
      case Health.Healthy _, Health.DiskFull _ ->
          parts.log().syncAtClose(parts.committer().hasUnflushed());
      // Where the log itself failed, this throws.
      case Health.Poisoned _ -> parts.log().syncAtClose(false);
      case Health.ReadOnly _, Health.Closed _ -> {}
    }
  }

  /** For point reads that came in before the end: see {@link Garbage#afterGrace}. */
  private void awaitLastReads() {
    parts.scheduler().pause(Math.min(parts.scheduler().graceNanos(), LAST_READS_NANOS));
  }

  /** An interrupt ends the wait. */
  private void awaitTidy() {
    try {
      parts.compactor().awaitTidy(TIDY_BOUND_NANOS);
    } catch (InterruptedException e) {
      interrupted = true;
    }
  }

  private void flush() {
    if (!(health instanceof Health.Healthy)) {
      return;
    }
    MemtableSlot newest;
    try {
      newest = parts.committer().freezeAtClose();
    } catch (DiskFullException e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "AnvilDB at "
              + parts.storage().location()
              + ": the last writes stay in the log, as the disk is full; the next opening replays"
              + " them",
          e);
      return;
    }
    if (newest != null && !parts.flusher().awaitFlushed(newest, FLUSH_BOUND_NANOS)) {
      LOG.log(
          System.Logger.Level.WARNING,
          "AnvilDB at {0}: the last writes were not flushed in time; they are in the log, and the"
              + " next opening replays them",
          parts.storage().location());
    }
  }

  /** Runs a step; whatever it throws must not keep the later ones from running. */
  private void attempt(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      note(e);
    }
  }

  private void note(Throwable thrown) {
    if (failure == null) {
      failure = thrown;
      return;
    }
    try {
      // The JVM may throw one and the same error twice, where it has no memory for another.
      if (thrown != failure) {
        failure.addSuppressed(thrown);
      }
    } catch (OutOfMemoryError e) {
      // The first one is told.
    }
  }
}
