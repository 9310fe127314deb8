package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Stats;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.Storage;
import org.anvildb.table.Table;
import org.anvildb.wal.WalSegment;

/**
 * What is no longer part of the database and no longer read: mappings to close, files to delete,
 * log segments to recycle. All of it happens in the background, since the last reader may be a
 * user's thread.
 *
 * <p>A file that can't be deleted stays queued and is tried again with growing pauses; whatever is
 * left at the end is an orphan that the next opening deletes. Thread-safe.
 */
final class Garbage {
  private static final System.Logger LOG = System.getLogger("org.anvildb");
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Storage storage;
  private final Scheduler scheduler;
  private final Consumer<WalSegment> recycler;
  private final Gate emptied;

  /** The files to delete, with their sizes as far as they matter. */
  @GuardedBy("this")
  private final Map<String, Long> pending = new LinkedHashMap<>();

  /** What is unmapped when its grace is over. */
  @GuardedBy("this")
  private final Set<Runnable> resting = new LinkedHashSet<>();

  @GuardedBy("this")
  private long pauseNanos = FIRST_PAUSE_NANOS;

  @GuardedBy("this")
  private long deleted;

  @GuardedBy("this")
  private long failures;

  @GuardedBy("this")
  private boolean closed;

  /** How many log segments are on their way back. */
  @GuardedBy("this")
  private int segments;

  /** The files and segments that are queued, for waiters. */
  private volatile int waiting;

  /**
   * Makes an empty queue.
   *
   * @param recycler takes back log segments, on a background thread
   */
  Garbage(Storage storage, Scheduler scheduler, Consumer<WalSegment> recycler) {
    this.storage = storage;
    this.scheduler = scheduler;
    this.recycler = recycler;
    this.emptied = scheduler.newGate();
  }

  /** Closes a table that nothing reads any more, and deletes its file. */
  void retire(Table table) {
    if (enqueue(table.meta().fileName(), table.meta().fileBytes())) {
      afterGrace(() -> {
        unmap(table::close);
        delete(table.meta().fileName());
      });
    } else {
      // The last reader came after the end: the file stays for the next opening to delete.
      unmap(table::close);
    }
  }

  /**
   * Unmaps and deletes a log segment of an earlier process whose memtable nothing reads any more.
   */
  void retire(String file, long bytes, Runnable unmapping) {
    if (enqueue(file, bytes)) {
      afterGrace(() -> {
        unmap(unmapping);
        delete(file);
      });
    }
  }

  /** Gives a log segment back whose memtable nothing reads any more. */
  void retire(WalSegment segment) {
    synchronized (this) {
      if (closed) {
        return;
      }
      segments++;
      count();
    }
    afterGrace(() -> recycle(segment));
  }

  /**
   * Unmaps something once no point read can be in it any more. Such reads are not counted; one that
   * is still inside would start again, but its thread would also be marked as interrupted.
   */
  private void afterGrace(Runnable unmapping) {
    synchronized (this) {
      resting.add(unmapping);
    }
    long grace = scheduler.graceNanos();
    if (grace == 0) {
      background(() -> scheduler.submit(Lane.CHORE, () -> wake(unmapping)));
    } else {
      background(() -> scheduler.submitLater(Lane.CHORE, grace, () -> wake(unmapping)));
    }
  }

  /**
   * Hands work to the scheduler. Where that takes none, as when the system starts no more threads,
   * what should go stays: until the closing, or as an orphan until the next opening. The caller may
   * be a user who closes a cursor, and did nothing wrong.
   */
  private void background(Runnable submitting) {
    try {
      submitting.run();
    } catch (RuntimeException | Error e) {
      LOG.log(
          System.Logger.Level.WARNING,
          "AnvilDB at " + storage.location() + ": files that are no longer used stay for now",
          e);
    }
  }

  private void wake(Runnable unmapping) {
    synchronized (this) {
      if (!resting.remove(unmapping)) {
        return;
      }
    }
    unmapping.run();
  }

  /** Closes something that is closed even if this fails: nothing but its file is left to do. */
  private void unmap(Runnable unmapping) {
    try {
      unmapping.run();
    } catch (AnvilException e) {
      synchronized (this) {
        failures++;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "AnvilDB at {0}: a file that is no longer needed did not close well: {1}",
          storage.location(),
          e.getMessage());
    }
  }

  private void recycle(WalSegment segment) {
    try {
      recycler.accept(segment);
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        failures++;
      }
      LOG.log(
          System.Logger.Level.WARNING,
          "AnvilDB at {0}: an old log segment could not be deleted: {1}",
          storage.location(),
          e.getMessage());
    } finally {
      synchronized (this) {
        segments--;
        count();
      }
      emptied.open();
    }
  }

  /** Deletes a file that never became part of the database, or was none any more at the opening. */
  void discard(String file) {
    if (enqueue(file, 0)) {
      background(() -> scheduler.submit(Lane.CHORE, () -> delete(file)));
    }
  }

  /** Takes a file that never became part of the database, and why it could not be deleted yet. */
  void discardLater(String file, Throwable cause) {
    if (enqueue(file, 0)) {
      tryLater(file, cause);
    }
  }

  /** Waits, for a bounded time and heedless of interrupts, until nothing is queued. */
  void awaitEmpty(long timeoutNanos) {
    List<Runnable> early;
    synchronized (this) {
      early = List.copyOf(resting);
    }
    early.forEach(
        unmapping -> background(() -> scheduler.submit(Lane.CHORE, () -> wake(unmapping))));
    emptied.awaitHeedless(() -> waiting == 0, timeoutNanos, scheduler::nanoTime);
  }

  /** Drops what is queued; the files stay, as orphans for the next opening. */
  synchronized void close() {
    closed = true;
  }

  /** Unmaps what still rested at the closing; to be called when no read is under way any more. */
  void unmapRest() {
    List<Runnable> rest;
    synchronized (this) {
      rest = List.copyOf(resting);
    }
    rest.forEach(this::wake);
  }

  synchronized Stats.Garbage stats() {
    return new Stats.Garbage(pending.size(), deleted, failures);
  }

  /** Returns the length of the files that are still to be deleted. */
  synchronized long retiredBytes() {
    long bytes = 0;
    for (long size : pending.values()) {
      bytes += size;
    }
    return bytes;
  }

  @GuardedBy("this")
  private void count() {
    waiting = pending.size() + segments;
  }

  private synchronized boolean enqueue(String file, long bytes) {
    if (!closed) {
      pending.put(file, bytes);
      count();
    }
    return !closed;
  }

  private void delete(String file) {
    synchronized (this) {
      if (closed || !pending.containsKey(file)) {
        return;
      }
    }
    try {
      storage.delete(file);
    } catch (RuntimeException | Error e) {
      tryLater(file, e);
      return;
    }
    synchronized (this) {
      pending.remove(file);
      count();
      deleted++;
      pauseNanos = FIRST_PAUSE_NANOS;
    }
    emptied.open();
  }

  private void tryLater(String file, Throwable cause) {
    long pause;
    synchronized (this) {
      failures++;
      pause = pauseNanos;
      pauseNanos = Math.min(LONGEST_PAUSE_NANOS, pauseNanos * 2);
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "AnvilDB at {0}: {1} could not be deleted and is tried again: {2}",
        storage.location(),
        file,
        cause.getMessage());
    background(() -> scheduler.submitLater(Lane.CHORE, pause, () -> delete(file)));
  }
}
