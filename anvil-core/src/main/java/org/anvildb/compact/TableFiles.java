package org.anvildb.compact;

import java.util.function.Function;
import java.util.function.LongSupplier;
import org.anvildb.storage.Storage;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;

/**
 * How jobs make table files.
 *
 * @param storage where they go
 * @param numbers gives each new file its number, never one twice
 * @param opener opens a finished table, to read it back; best with a small block cache of its own,
 *     so that the pass does not push out the blocks that readers use
 */
public record TableFiles(
    Storage storage, LongSupplier numbers, Function<TableMeta, Table> opener) {}
