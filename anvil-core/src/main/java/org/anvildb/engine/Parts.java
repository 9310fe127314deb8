package org.anvildb.engine;

import org.anvildb.api.DatabaseOptions;
import org.anvildb.schedule.Scheduler;
import org.anvildb.storage.DirectoryLock;
import org.anvildb.storage.Storage;
import org.anvildb.table.BlockCache;

/**
 * The parts of an open database, wired once by the opening. What each does stands with the part.
 *
 * @param storage the directory
 * @param lock the right to use it
 * @param scheduler runs the background work
 * @param options the options in force
 * @param health whether calls are accepted
 * @param states the current read state
 * @param tables the open tables
 * @param cache the decompressed blocks
 * @param garbage what is to be deleted
 * @param snapshots the open snapshots
 * @param pins what open cursors and snapshots keep
 * @param reads reads of single keys
 * @param cursors opens cursors
 * @param replayed what the log held at the opening, as far as it is read from memory
 * @param log the log on its way to the disk
 * @param committer orders the writes
 * @param catalog the manifest and the version that it records
 * @param flusher writes frozen memtables into tables
 * @param compactor merges tables as need be
 * @param resumption goes on when a disk that was full has room
 * @param compactions merges tables as users ask
 */
record Parts(
    Storage storage,
    DirectoryLock lock,
    Scheduler scheduler,
    DatabaseOptions options,
    HealthState health,
    ReadStates states,
    OpenTables tables,
    BlockCache cache,
    Garbage garbage,
    SnapshotRegistry snapshots,
    Pins pins,
    PointReads reads,
    CursorFactory cursors,
    ReplayedLog replayed,
    LogSync log,
    Committer committer,
    Catalog catalog,
    Flusher flusher,
    Compactor compactor,
    Resumption resumption,
    ManualCompaction compactions) {}
