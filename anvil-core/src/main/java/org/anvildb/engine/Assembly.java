package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.compact.FlushedTable;
import org.anvildb.compact.TableFiles;
import org.anvildb.engine.ReplayedLog.Replayed;
import org.anvildb.log.RecordFormat;
import org.anvildb.memtable.Memtable;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.Closer;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.DirectorySync;
import org.anvildb.storage.Storage;
import org.anvildb.table.BlockCache;
import org.anvildb.table.Codecs;
import org.anvildb.version.FileNumbers;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Version;
import org.anvildb.version.VersionEdit;
import org.anvildb.version.VersionLog;
import org.anvildb.wal.GroupCommit;
import org.anvildb.wal.SegmentPool;
import org.anvildb.wal.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * Builds a database of a version: opens its tables, takes in what the log holds, wires the parts.
 * Used once, by the opening thread.
 */
final class Assembly {
  /** Below this, the index of a memtable never counts as full. */
  private static final long MIN_INDEX_BYTES = 64 << 10;

  private static final int FIRST_SEGMENT_SHARE = 32;
  private static final int FIRST_SEGMENT_MEMTABLE = 8;

  private final Storage storage;
  private final Scheduler scheduler;
  private final DatabaseOptions options;
  private final DirectoryLock lock;
  private final HealthState health;
  private final BlockCache cache;
  private final Codecs codecs;
  private final Gate room;
  private final SnapshotRegistry snapshots = new SnapshotRegistry();
  private final List<Runnable> undo = new ArrayList<>();

  Assembly(Environment environment, DatabaseOptions options, Codecs codecs, DirectoryLock lock) {
    this.storage = environment.storage();
    this.scheduler = environment.scheduler();
    this.options = options;
    this.codecs = codecs;
    this.lock = lock;
    this.health = new HealthState(storage.location(), options.readOnly());
    this.cache = new BlockCache(options.blockCacheBytes().bytes());
    this.room = scheduler.newGate();
  }

  /**
   * Builds the database; on failure, closes what was opened for it.
   *
   * @param version what the manifest says, or what a new database starts with
   * @param isNew whether there is no manifest yet
   */
  Engine build(Version version, boolean isNew) {
    try {
      return options.readOnly() ? readOnly(version) : writable(version, isNew);
    } catch (Throwable failure) {
      undo.add(scheduler::close);
      Closer closer = new Closer(failure);
      undo.reversed().forEach(closer::close);
      throw failure;
    }
  }

  /**
   * Builds a database that can be written to.
   *
   * <p>Of one that exists, the new manifest is written last: it says what the old one and the log
   * said, and which segment is the first that counts. Until then nothing on disk has changed but
   * for files that nothing names. The segment for new writes is made meanwhile. Of a new one the
   * manifest comes first, since files without any are taken for a damaged database.
   *
   * <p>What was replayed is flushed in the background. Until it is, its files are the log's oldest
   * part and the new segment follows them, so that the next opening finds all of it, however often
   * the process dies; and nothing new is {@linkplain GroupCommit#hold synced}, as what comes before
   * it may not be on disk.
   */
  private Engine writable(Version found, boolean isNew) {
    List<String> names = storage.list();
    FileNumbers numbers = FileNumbers.above(found, names);
    LongSupplier segmentNumbers =
        () -> {
          // Where the lock was lost, what is written to the next segment may be lost as well.
          lock.ensureValid();
          return numbers.allocate();
        };
    SegmentPool pool = pool(found, segmentNumbers, options.memtableBytes().bytes());
    undo.add(pool::close);
    Garbage garbage = new Garbage(storage, scheduler, pool::retire);
    OpenTables tables = new OpenTables(storage, codecs, cache, found.hashSeed(), garbage);
    undo.add(tables::closeAll);
    if (!isNew) {
      // What the process before renamed may not be on disk: a power cut could else leave a segment
      // of ours and no CURRENT.
      DirectorySync.run(storage);
    }
    VersionLog created = isNew ? start(found, numbers) : null;
    pool.startAt(firstSegmentBytes(found));
    pool.prepare();
    List<CountedTable> opened = tables.openAll(found);
    ReplayedLog log = ReplayedLog.read(storage, found, names);
    undo.add(log::close);

    TableFactory factory =
        new TableFactory(tableFiles(numbers::allocate, tables, garbage), tables, found.hashSeed());
    GroupCommit group = new GroupCommit(scheduler, e -> health.fail("syncing the log", e));
    LogSegments segments = new LogSegments(pool, group, garbage, found.hashSeed(), scheduler);
    // As many as the process before can have had, with the one that took its writes.
    int excess = log.excess(options.frozenMemtables() + 1);
    List<Replayed> kept = log.oldestFirst().subList(excess, log.oldestFirst().size());
    List<FlushedTable> flushed = flush(log, excess, found, factory);
    WalSegment first = segments.first();
    undo.add(first::close);
    List<VersionEdit> edits = edits(flushed, progress(log, excess, found, first));
    VersionLog versions = created == null ? start(found.apply(edits), numbers) : created;
    Version version = created == null ? versions.current() : versions.commit(edits);
    if (kept.isEmpty()) {
      segments.begin(first, log.lastSequence() + 1);
    } else {
      segments.follow(log.end(), first, log.lastSequence() + 1);
    }
    flushed.forEach(table -> opened.add(factory.open(table.meta())));
    log.closeAllBut(kept);

    MemtableSlot active = segments.slot(first);
    MemtableSlot[] frozen =
        kept.reversed().stream()
            .map(replayed -> log.slot(replayed, garbage, scheduler.nanoTime()))
            .toArray(MemtableSlot[]::new);
    ReadStates states = states(version, tables, active, frozen);
    opened.forEach(Counted::release);
    var wiring =
        new Wiring(version, log, states, tables, factory, garbage, group, pool, segments, active);
    Engine engine = wire(wiring, versions);
    log.forgetMemtables();
    Set<Long> replayed = ReplayedLog.numbers(kept);
    Opening.orphans(storage, version, versions.manifestNumber(), first.number(), replayed)
        .forEach(garbage::discard);
    kept.forEach(_ -> engine.parts().flusher().request());
    engine.parts().compactor().poke();
    return engine;
  }

  private VersionLog start(Version version, FileNumbers numbers) {
    VersionLog versions = VersionLog.start(storage, version, numbers);
    undo.add(versions::close);
    return versions;
  }

  /** A store that has much starts with a larger segment: its first tables are no crumbs then. */
  private long firstSegmentBytes(Version version) {
    long tables = 0;
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      tables += keyspace.levels().totalBytes();
    }
    return Math.min(
        tables / FIRST_SEGMENT_SHARE, options.memtableBytes().bytes() / FIRST_SEGMENT_MEMTABLE);
  }

  private SegmentPool pool(Version version, LongSupplier numbers, long maxBytes) {
    boolean forcesEachBatch = options.durability() == Durability.SYNC;
    return new SegmentPool(
        storage,
        scheduler,
        numbers,
        RecordFormat.shortId(version.databaseId()),
        maxBytes,
        forcesEachBatch,
        room::open);
  }

  private Engine readOnly(Version version) {
    LongSupplier none =
        () -> {
          throw new IllegalStateException("a database that only reads makes no files");
        };
    SegmentPool pool = pool(version, none, MIN_INDEX_BYTES);
    Garbage garbage = new Garbage(storage, scheduler, pool::retire);
    garbage.close();
    OpenTables tables = new OpenTables(storage, codecs, cache, version.hashSeed(), garbage);
    undo.add(tables::closeAll);
    tables.openAll(version);
    ReplayedLog log = ReplayedLog.read(storage, version, storage.list());
    undo.add(log::close);
    TableFactory factory =
        new TableFactory(tableFiles(none, tables, garbage), tables, version.hashSeed());
    GroupCommit group = new GroupCommit(scheduler, e -> health.fail("syncing the log", e));
    LogSegments segments = new LogSegments(pool, group, garbage, version.hashSeed(), scheduler);
    var empty =
        new Memtable(MemorySegment.ofArray(new byte[8]), Long.MAX_VALUE, version.hashSeed());
    MemtableSlot active = new MemtableSlot(empty, 0, 0, () -> {}, () -> {});
    MemtableSlot[] newestFirst =
        log.oldestFirst().reversed().stream()
            .map(replayed -> log.slot(replayed, garbage, 0))
            .toArray(MemtableSlot[]::new);
    ReadStates states = states(version, tables, active, newestFirst);
    var wiring =
        new Wiring(version, log, states, tables, factory, garbage, group, pool, segments, active);
    return wire(wiring, null);
  }

  /** Flushes the oldest memtables of a log, so many. */
  private List<FlushedTable> flush(
      ReplayedLog log, int count, Version version, TableFactory factory) {
    List<FlushedTable> flushed = new ArrayList<>();
    for (Replayed replayed : log.oldestFirst().subList(0, count)) {
      // The version lacks the tables of older memtables, so only the oldest may drop tombstones.
      boolean isOldest = replayed == log.oldestFirst().getFirst();
      try {
        new MemtableFlush(factory, options.memtableBytes().bytes())
            .write(replayed.memtable(), version, new SnapshotPoint[0], isOldest, () -> false)
            .ifPresent(flushed::addAll);
      } finally {
        // If that failed because the bytes changed, that they did is what to tell.
        log.ensureUnchanged(replayed);
      }
    }
    return flushed;
  }

  /** Tells where the log starts when so many of the replayed memtables are in tables. */
  private static VersionEdit.Progress progress(
      ReplayedLog log, int inTables, Version found, WalSegment first) {
    List<Replayed> all = log.oldestFirst();
    if (inTables == all.size()) {
      return new VersionEdit.Progress(first.number(), log.lastSequence());
    }
    return new VersionEdit.Progress(
        all.get(inTables).memtable().segmentNumber(),
        inTables == 0 ? found.lastSequence() : all.get(inTables - 1).lastSequence());
  }

  private static List<VersionEdit> edits(
      List<FlushedTable> flushed, VersionEdit.Progress progress) {
    List<VersionEdit> edits = new ArrayList<>();
    for (FlushedTable table : flushed) {
      edits.add(new VersionEdit.AddTable(table.keyspace(), 0, table.meta()));
    }
    edits.add(progress);
    return edits;
  }

  private static ReadStates states(
      Version version, OpenTables tables, MemtableSlot active, MemtableSlot[] frozen) {
    List<KeyspaceView> fresh = new ArrayList<>();
    KeyspaceView[] views = ReadStates.views(version, null, tables, fresh);
    ReadState first = new ReadState(active, frozen, views, version);
    fresh.forEach(Counted::release);
    active.release();
    for (MemtableSlot slot : frozen) {
      slot.release();
    }
    return new ReadStates(tables, first);
  }

  private TableFiles tableFiles(LongSupplier numbers, OpenTables tables, Garbage garbage) {
    return new TableFiles(
        storage, numbers, tables::openUncounted, tables::keep, garbage::discardLater);
  }

  /** What the two ways of opening hand to the wiring. */
  private record Wiring(
      Version version,
      ReplayedLog log,
      ReadStates states,
      OpenTables tables,
      TableFactory factory,
      Garbage garbage,
      GroupCommit group,
      SegmentPool pool,
      LogSegments segments,
      MemtableSlot active) {}

  private Pins pins(ReadStates states) {
    Pins pins = new Pins(storage.location(), scheduler, states, snapshots);
    states.onReplaced(pins::stateReplaced);
    return pins;
  }

  private Compactor compactor(
      Wiring w, Catalog catalog, WriteThrottle throttle, SpaceMeter space, FlushClock flushes) {
    return new Compactor(
        health,
        scheduler,
        w.states(),
        catalog,
        w.factory(),
        snapshots,
        throttle,
        space,
        flushes,
        w.pool()::limit,
        options);
  }

  private Committer.Start start(Wiring w) {
    return new Committer.Start(
        w.active().segment(),
        w.active(),
        w.log().lastSequence(),
        options.frozenMemtables(),
        Math.max(MIN_INDEX_BYTES, options.memtableBytes().bytes()),
        room);
  }

  private Engine wire(Wiring w, @Nullable VersionLog versions) {
    var catalog = new Catalog(w.version(), lock, versions, w.states(), health);
    var throttle = new WriteThrottle(scheduler);
    var reads = new PointReads(w.states(), health, w.version().hashSeed());
    var space = new SpaceMeter(w.states(), w.garbage(), w.pool(), w.version().hashSeed());
    var flushes = new FlushClock();
    var compactor = compactor(w, catalog, throttle, space, flushes);
    DurableMark durable = durable(w);
    Runnable onChange =
        () -> {
          room.open();
          compactor.poke();
        };
    Flusher flusher = flusher(w, catalog, space, flushes, durable, onChange);
    var resumption = new Resumption(health, scheduler, flusher, onChange);
    health.setOnRefused(resumption::tryNowAndThen);
    Runnable onFreeze =
        () -> {
          flusher.request();
          compactor.setPace();
        };
    var committer =
        new Committer(health, w.states(), w.segments(), snapshots, throttle, start(w), onFreeze);
    LogSync log = log(w, committer, durable);
    var compactions =
        new ManualCompaction(
            health, committer, flusher, compactor, catalog, options.memtableBytes().bytes());
    return new Engine(
        new Parts(
            storage,
            lock,
            scheduler,
            options,
            health,
            w.states(),
            w.tables(),
            cache,
            w.garbage(),
            snapshots,
            pins(w.states()),
            reads,
            new CursorFactory(w.states(), health, reads, w.segments().gaps()),
            w.log(),
            log,
            committer,
            catalog,
            flusher,
            compactor,
            resumption,
            compactions));
  }

  private DurableMark durable(Wiring w) {
    MemtableSlot[] replayed = w.states().current().frozen();
    var durable =
        new DurableMark(
            w.group(),
            w.version().lastSequence(),
            replayed.length == 0 ? -1 : replayed[0].memtable().segmentNumber());
    health.setDurable(durable::sequence);
    return durable;
  }

  private Flusher flusher(
      Wiring w,
      Catalog catalog,
      SpaceMeter space,
      FlushClock flushes,
      DurableMark durable,
      Runnable onChange) {
    return new Flusher(
        health,
        scheduler,
        w.states(),
        catalog,
        w.factory(),
        snapshots,
        space,
        flushes,
        options.memtableBytes().bytes(),
        durable::flushed,
        w.group()::giveUp,
        onChange);
  }

  private LogSync log(Wiring w, Committer committer, DurableMark durable) {
    return new LogSync(
        w.group(),
        w.pool(),
        committer::place,
        w.states()::oldestBeginNanos,
        scheduler,
        options.syncInterval().toNanos(),
        durable);
  }
}
