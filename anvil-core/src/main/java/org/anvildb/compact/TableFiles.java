package org.anvildb.compact;

import java.util.function.Consumer;
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
 * @param opener opens a finished table, to read it back
 * @param keeper takes the tables of a job that ended well, open as they are: their pages are mapped
 *     and known to be sound, so whoever uses them next need not map and check them again
 */
public record TableFiles(
    Storage storage,
    LongSupplier numbers,
    Function<TableMeta, Table> opener,
    Consumer<Table> keeper) {}
