package org.anvildb.compact;

import org.anvildb.cursor.InternalCursor;
import org.anvildb.table.TableOptions;

/**
 * What a frozen memtable holds of one keyspace.
 *
 * @param keyspace the keyspace's id
 * @param versions all versions of its keys; closed by the job
 * @param options how its tables are written
 * @param cuts where its tables end
 * @param rule tells which tombstones have nothing to hide in older memtables and tables
 */
public record FlushInput(
    int keyspace,
    InternalCursor versions,
    TableOptions options,
    FlushCuts cuts,
    TombstoneRule rule) {}
