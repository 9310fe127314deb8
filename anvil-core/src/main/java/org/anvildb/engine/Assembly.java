package org.anvildb.engine;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.compact.FlushedTable;
import org.anvildb.compact.TableFiles;
import org.anvildb.memtable.Memtable;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.Storage;
import org.anvildb.table.BlockCache;
import org.anvildb.table.Codecs;
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

  /** Builds the database; on failure, closes what was opened for it. */
  Engine build(Version version) {
    boolean built = false;
    try {
      Engine engine = options.readOnly() ? readOnly(version) : writable(version);
      built = true;
      return engine;
    } finally {
      if (!built) {
        scheduler.close();
        undo.reversed().forEach(Runnable::run);
      }
    }
  }

  private Engine writable(Version found) {
    // The numbers of files come from the manifest that is started below, once all is sound.
    Numbers numbers = new Numbers();
    SegmentPool pool =
        new SegmentPool(
            storage,
            scheduler,
            numbers,
            Opening.shortId(found),
            options.memtableBytes().bytes(),
            options.durability() == Durability.SYNC,
            room::open);
    Garbage garbage = new Garbage(storage, scheduler, pool::retire);
    OpenTables tables = new OpenTables(storage, codecs, cache, found.hashSeed(), garbage);
    undo.add(tables::closeAll);
    List<CountedTable> opened = tables.openAll(found);
    ReplayedLog log = ReplayedLog.read(storage, found);
    undo.add(log::close);

    VersionLog versions = VersionLog.start(storage, found);
    undo.add(versions::close);
    numbers.from(versions);
    TableFactory factory = new TableFactory(tableFiles(numbers, tables), tables, found.hashSeed());
    GroupCommit group = new GroupCommit(scheduler, e -> health.fail("syncing the log", e));
    LogSegments segments = new LogSegments(pool, group, garbage, found.hashSeed(), scheduler);
    undo.add(pool::close);
    List<FlushedTable> flushed = flush(log, versions.current(), factory);
    WalSegment first = segments.first();
    undo.add(first::close);
    Version version = versions.commit(edits(flushed, first.number(), log.lastSequence()));
    segments.begin(first, log.lastSequence() + 1);
    flushed.forEach(table -> opened.add(factory.open(table.meta())));
    log.close();

    MemtableSlot active = segments.slot(first);
    ReadStates states = states(version, tables, active, new MemtableSlot[0]);
    opened.forEach(Counted::release);
    var wiring =
        new Wiring(version, log, states, tables, factory, garbage, group, pool, segments, active);
    Engine engine = wire(wiring, versions);
    Opening.orphans(storage, version, versions.manifestNumber(), first.number())
        .forEach(garbage::discard);
    engine.parts().compactor().poke();
    return engine;
  }

  private Engine readOnly(Version version) {
    Numbers none = new Numbers();
    SegmentPool pool =
        new SegmentPool(
            storage, scheduler, none, Opening.shortId(version), MIN_INDEX_BYTES, false, room::open);
    Garbage garbage = new Garbage(storage, scheduler, pool::retire);
    garbage.close();
    OpenTables tables = new OpenTables(storage, codecs, cache, version.hashSeed(), garbage);
    undo.add(tables::closeAll);
    tables.openAll(version);
    ReplayedLog log = ReplayedLog.read(storage, version);
    undo.add(log::close);
    TableFactory factory = new TableFactory(tableFiles(none, tables), tables, version.hashSeed());
    GroupCommit group = new GroupCommit(scheduler, e -> health.fail("syncing the log", e));
    LogSegments segments = new LogSegments(pool, group, garbage, version.hashSeed(), scheduler);
    var empty =
        new Memtable(MemorySegment.ofArray(new byte[8]), Long.MAX_VALUE, version.hashSeed());
    MemtableSlot active = new MemtableSlot(empty, null, garbage, 0);
    MemtableSlot[] newestFirst =
        log.oldestFirst().reversed().stream()
            .map(memtable -> new MemtableSlot(memtable, null, garbage, 0))
            .toArray(MemtableSlot[]::new);
    ReadStates states = states(version, tables, active, newestFirst);
    var wiring =
        new Wiring(version, log, states, tables, factory, garbage, group, pool, segments, active);
    return wire(wiring, null);
  }

  private List<FlushedTable> flush(ReplayedLog log, Version version, TableFactory factory) {
    List<FlushedTable> flushed = new ArrayList<>();
    for (Memtable memtable : log.oldestFirst()) {
      // The version lacks the tables of older memtables, so only the oldest may drop tombstones.
      boolean isOldest = memtable == log.oldestFirst().getFirst();
      new MemtableFlush(factory)
          .write(memtable, version, new SnapshotPoint[0], isOldest, () -> false)
          .ifPresent(flushed::addAll);
    }
    return flushed;
  }

  private static List<VersionEdit> edits(
      List<FlushedTable> flushed, long firstSegment, long lastSequence) {
    List<VersionEdit> edits = new ArrayList<>();
    for (FlushedTable table : flushed) {
      edits.add(new VersionEdit.AddTable(table.keyspace(), 0, table.meta()));
    }
    edits.add(new VersionEdit.Progress(firstSegment, lastSequence));
    return edits;
  }

  private static ReadStates states(
      Version version, OpenTables tables, MemtableSlot active, MemtableSlot[] frozen) {
    List<KeyspaceView> fresh = new ArrayList<>();
    KeyspaceView[] views = ReadStates.views(version, null, tables, fresh);
    ReadState first = new ReadState(active, frozen, views);
    fresh.forEach(Counted::release);
    active.release();
    for (MemtableSlot slot : frozen) {
      slot.release();
    }
    return new ReadStates(tables, first);
  }

  private TableFiles tableFiles(Numbers numbers, OpenTables tables) {
    return new TableFiles(storage, numbers, tables::openUncounted);
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

  private Engine wire(Wiring w, @Nullable VersionLog versions) {
    long lastSequence = w.log().lastSequence();
    var catalog = new Catalog(w.version(), versions, w.states(), health);
    var throttle = new WriteThrottle(scheduler);
    var reads = new PointReads(w.states(), health, w.version().hashSeed());
    var cursors = new CursorFactory(w.states(), health, reads, w.segments().gaps());
    var compactor =
        new Compactor(
            health, scheduler, w.states(), catalog, w.factory(), snapshots, throttle, options);
    var durable = new DurableMark(w.group(), lastSequence);
    health.setDurable(durable::sequence);
    var flusher =
        new Flusher(
            health,
            scheduler,
            w.states(),
            catalog,
            w.factory(),
            snapshots,
            durable::flushed,
            () -> {
              room.open();
              compactor.poke();
            });
    var start =
        new Committer.Start(
            w.active().segment(),
            w.active(),
            lastSequence,
            options.frozenMemtables(),
            Math.max(MIN_INDEX_BYTES, options.memtableBytes().bytes()),
            room);
    Runnable onFreeze =
        () -> {
          flusher.request();
          compactor.setPace();
        };
    var committer =
        new Committer(health, w.states(), w.segments(), snapshots, throttle, start, onFreeze);
    var log =
        new LogSync(
            w.group(),
            w.pool(),
            committer::place,
            w.states()::oldestBeginNanos,
            scheduler,
            options.syncInterval().toNanos(),
            durable);
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
            reads,
            cursors,
            w.log(),
            log,
            committer,
            catalog,
            flusher,
            compactor,
            compactions));
  }

  /** The numbers of new files; drawn from the manifest as soon as there is one. */
  private static final class Numbers implements LongSupplier {
    private volatile @Nullable VersionLog versions;

    void from(VersionLog log) {
      versions = log;
    }

    @Override
    public long getAsLong() {
      VersionLog log = versions;
      if (log == null) {
        throw new IllegalStateException("a database that only reads makes no files");
      }
      return log.allocateFile();
    }
  }
}
