package org.anvildb.compact;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.anvildb.storage.DirectorySync;
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
 * @param discarder takes the files that a job which was given up could not delete, and why: nobody
 *     else is told, since giving up is no failure
 */
public record TableFiles(
    Storage storage,
    LongSupplier numbers,
    Function<TableMeta, Table> opener,
    Consumer<Table> keeper,
    BiConsumer<String, Throwable> discarder) {
  /** Makes the names of new files durable; see {@link DirectorySync#run}. */
  void syncNames() {
    DirectorySync.run(storage);
  }
}
