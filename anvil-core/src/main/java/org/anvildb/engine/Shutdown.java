package org.anvildb.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.Health;

/**
 * The closing of a database, in order: no new calls, what is in memory into tables (or at least the
 * log onto the disk), background work ended, mappings and files closed, lock released.
 *
 * <p>The waits for merges (where tiny tables abound), for the flush, for the sync of the log, which
 * the disk may not answer, and for the background work have bounds; those for room to freeze the
 * last memtable and for the manifest have none. A step that fails does not keep the later ones from
 * running: the log holds what could not be flushed, and the next opening replays it.
 */
final class Shutdown {
  private static final System.Logger LOG = System.getLogger("org.anvildb");
  private static final long FLUSH_BOUND_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final long TIDY_BOUND_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final long LAST_READS_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final long GARBAGE_BOUND_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Parts parts;

  Shutdown(Parts parts) {
    this.parts = parts;
  }

  void run() {
    if (parts.reads().inCallback()) {
      throw new IllegalStateException(
          "close() was called from a function that reads a value in place; return from it first");
    }
    if (!parts.health().beginClose()) {
      return;
    }
    boolean interrupted = Thread.interrupted();
    List<RuntimeException> failures = new ArrayList<>();
    attempt(failures, () -> parts.pins().look());
    parts.committer().roomChanged();
    interrupted |= awaitTidy();
    parts.compactor().stop();
    saveWrites(failures);
    attempt(failures, () -> parts.garbage().awaitEmpty(GARBAGE_BOUND_NANOS));
    parts.garbage().close();
    parts.states().close();
    attempt(failures, () -> parts.scheduler().close());
    // For point reads that came in before the end: see Garbage.afterGrace.
    parts.scheduler().pause(Math.min(parts.scheduler().graceNanos(), LAST_READS_NANOS));
    attempt(failures, () -> parts.garbage().unmapRest());
    attempt(failures, () -> parts.tables().closeAll());
    attempt(failures, () -> parts.log().close());
    attempt(failures, () -> parts.replayed().close());
    attempt(failures, () -> parts.catalog().close());
    attempt(failures, () -> parts.lock().close());
    attempt(failures, () -> parts.storage().close());
    parts.health().endClose();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!failures.isEmpty()) {
      RuntimeException first = failures.getFirst();
      failures.stream().skip(1).forEach(first::addSuppressed);
      throw first;
    }
  }

  /** Brings what was written to disk. One look at the health, as it may get better meanwhile. */
  private void saveWrites(List<RuntimeException> failures) {
    switch (parts.health().get()) {
      case Health.Healthy _ -> {
        attempt(failures, this::flush);
        attempt(failures, () -> parts.log().syncAtClose(parts.committer().hasUnflushed()));
      }
      case Health.DiskFull _ ->
          attempt(failures, () -> parts.log().syncAtClose(parts.committer().hasUnflushed()));
      // A close that returns means that all is on disk. Where the log itself failed, this throws.
      case Health.Poisoned _ -> attempt(failures, () -> parts.log().syncAtClose(false));
      case Health.ReadOnly _, Health.Closed _ -> {}
    }
  }

  /** Returns whether the wait was interrupted, which ends it. */
  private boolean awaitTidy() {
    try {
      parts.compactor().awaitTidy(TIDY_BOUND_NANOS);
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  private void flush() {
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
  private static void attempt(List<RuntimeException> failures, Runnable step) {
    try {
      step.run();
    } catch (RuntimeException e) {
      failures.add(e);
    } catch (Error e) {
      failures.add(HealthState.typed("a step of closing", e));
    }
  }
}
