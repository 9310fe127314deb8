package org.anvildb.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.anvildb.api.Health;
import org.anvildb.compact.FlushedTable;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.version.Version;
import org.anvildb.version.VersionEdit;
import org.jspecify.annotations.Nullable;

/**
 * Writes frozen memtables into tables of level 0, the oldest first, one at a time, on its own lane.
 *
 * <p>A memtable whose tables are in the manifest leaves the read state in the same step, so its
 * entries are seen once at every moment. Each failure poisons the database, but for a full disk,
 * after which the memtable waits for {@link Resumption}: the log still holds what could not be
 * flushed.
 */
final class Flusher {
  private final HealthState health;
  private final Scheduler scheduler;
  private final ReadStates states;
  private final Catalog catalog;
  private final TableFactory tables;
  private final SnapshotRegistry snapshots;
  private final SpaceMeter space;
  private final long memtableBytes;
  private final Consumer<MemtableSlot> onFlushed;
  private final Consumer<Throwable> onGivenUp;
  private final Runnable onChange;
  private final Gate flushed;
  private final FlushClock clock;
  private final LongAdder count = new LongAdder();
  private final LongAdder bytes = new LongAdder();
  private final LongAdder nanos = new LongAdder();

  /**
   * Makes a flusher.
   *
   * @param memtableBytes the size of a memtable, as the options say
   * @param onFlushed told of a memtable that is in tables now
   * @param onGivenUp told at each attempt, once the database is poisoned, why nothing is flushed
   *     any more
   * @param onChange told after each attempt: there may be room, and level 0 may have grown
   */
  Flusher(
      HealthState health,
      Scheduler scheduler,
      ReadStates states,
      Catalog catalog,
      TableFactory tables,
      SnapshotRegistry snapshots,
      SpaceMeter space,
      FlushClock clock,
      long memtableBytes,
      Consumer<MemtableSlot> onFlushed,
      Consumer<Throwable> onGivenUp,
      Runnable onChange) {
    this.health = health;
    this.scheduler = scheduler;
    this.states = states;
    this.catalog = catalog;
    this.tables = tables;
    this.snapshots = snapshots;
    this.space = space;
    this.clock = clock;
    this.memtableBytes = memtableBytes;
    this.onFlushed = onFlushed;
    this.onGivenUp = onGivenUp;
    this.onChange = onChange;
    this.flushed = scheduler.newGate();
  }

  /**
   * Has one frozen memtable flushed; called once for each that is frozen. Where nobody can do it,
   * as when the system starts no more threads, the database is poisoned: the memtable would stay.
   */
  void request() {
    try {
      scheduler.submit(Lane.FLUSH, this::flushOrFail);
    } catch (RuntimeException | Error e) {
      fail("starting to write a memtable into a table", e);
    }
  }

  /** Flushes one; what is thrown even by the handling of failures must not leave waiters alone. */
  private void flushOrFail() {
    try {
      flushOldest();
    } catch (RuntimeException | Error e) {
      fail("writing a memtable into a table", e);
    }
  }

  private void fail(String what, Throwable cause) {
    try {
      health.fail(what, cause);
    } finally {
      tellAll();
    }
  }

  /**
   * Waits until a memtable is flushed, for a bounded time, heedless of interrupts.
   *
   * @return whether it is
   */
  boolean awaitFlushed(MemtableSlot slot, long timeoutNanos) {
    flushed.awaitHeedless(
        () -> !isWaiting(slot) || !health.isHealthy(), timeoutNanos, scheduler::nanoTime);
    return !isWaiting(slot);
  }

  /** Tells whether a memtable is frozen and not yet flushed. */
  boolean isWaiting(MemtableSlot slot) {
    for (MemtableSlot frozen : states.current().frozen()) {
      if (frozen == slot) {
        return true;
      }
    }
    return false;
  }

  long count() {
    return count.sum();
  }

  long bytes() {
    return bytes.sum();
  }

  long nanos() {
    return nanos.sum();
  }

  /** Flushes one, unless the disk is full: then all wait for {@link #flushAll()}. */
  private void flushOldest() {
    MemtableSlot[] frozen = states.current().frozen();
    boolean goesOn =
        health.isHealthy()
            || health.isDiskFull() && frozen.length > 0 && isReplayed(frozen[frozen.length - 1]);
    if (frozen.length == 0 || !goesOn) {
      tellIfGivenUp();
      flushed.open();
      return;
    }
    attempt(frozen[frozen.length - 1]);
  }

  /**
   * Flushes all that waits, even though the disk was full. To be called on the flusher's lane.
   *
   * @return what kept it from that, or null if nothing waits any more
   */
  @Nullable Throwable flushAll() {
    Throwable failure = null;
    MemtableSlot[] frozen = states.current().frozen();
    while (failure == null && frozen.length > 0 && health.isDiskFull()) {
      failure = attempt(frozen[frozen.length - 1]);
      frozen = states.current().frozen();
    }
    return failure;
  }

  /** While it waits, nothing new can be synced, so nobody may wait for room with it. */
  private static boolean isReplayed(MemtableSlot slot) {
    return slot.segment() == null;
  }

  /** Flushes a memtable, the oldest; returns what it ran into, or null. */
  private @Nullable Throwable attempt(MemtableSlot slot) {
    Throwable failure = null;
    long begin = scheduler.nanoTime();
    // Its segment must not be given back before those who wait for its sync have been served.
    slot.retain();
    clock.begin(slot.memtable().limit(), begin);
    try {
      flush(slot);
    } catch (RuntimeException | Error e) {
      failure = e;
      if (isReplayed(slot)) {
        health.fail("writing a memtable into a table", e);
      } else {
        health.failWork("writing a memtable into a table", e);
      }
    } finally {
      // Also where a failure could not be logged: somebody may wait for this end.
      slot.release();
      long end = scheduler.nanoTime();
      clock.end(end);
      nanos.add(end - begin);
      tellAll();
    }
    return failure;
  }

  /** Tells all who wait that something may have changed. */
  private void tellAll() {
    tellIfGivenUp();
    flushed.open();
    onChange.run();
  }

  private void tellIfGivenUp() {
    if (health.get() instanceof Health.Poisoned(Throwable cause)) {
      onGivenUp.accept(cause);
    }
  }

  private void flush(MemtableSlot slot) {
    Map<Integer, Double> overwrites = space.overwrites(slot.memtable());
    Optional<List<FlushedTable>> written = write(slot);
    if (written.isEmpty()) {
      return;
    }
    // After the tables: what is right now was right while they were written.
    slot.ensureUnchanged();
    List<CountedTable> opened = new ArrayList<>();
    for (FlushedTable table : written.get()) {
      opened.add(tables.open(table.meta()));
      bytes.add(table.meta().fileBytes());
    }
    space.note(written.get(), overwrites);
    catalog.change(now -> edits(now, slot, written.get()), opened, slot);
    space.retain(catalog.current());
    count.increment();
    onFlushed.accept(slot);
  }

  private Optional<List<FlushedTable>> write(MemtableSlot slot) {
    try {
      return new MemtableFlush(tables, memtableBytes)
          .write(
              slot.memtable(),
              catalog.current(),
              snapshots.points(),
              true,
              () -> !health.isHealthy() && !health.isDiskFull());
    } catch (RuntimeException e) {
      // Bytes that changed may be out of order, too: that they changed is what to tell.
      slot.ensureUnchanged();
      throw e;
    }
  }

  /** Returns the edits of a flush; tables of a keyspace that was dropped meanwhile are left out. */
  private List<VersionEdit> edits(Version now, MemtableSlot slot, List<FlushedTable> written) {
    Set<Integer> alive = new HashSet<>();
    now.keyspaces().forEach(keyspace -> alive.add(keyspace.id()));
    List<VersionEdit> edits = new ArrayList<>();
    for (FlushedTable table : written) {
      if (alive.contains(table.keyspace())) {
        edits.add(new VersionEdit.AddTable(table.keyspace(), 0, table.meta()));
      }
    }
    edits.add(
        new VersionEdit.Progress(
            states.current().successor(slot).memtable().segmentNumber(), slot.lastSequence()));
    return edits;
  }
}
