package org.anvildb.compact;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.StorageException;
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
  /**
   * Makes the names of new files durable.
   *
   * @throws StorageException if that fails, never a {@link DiskFullException}: of a directory whose
   *     sync failed nobody knows what is on disk, so this must not be taken for what passes
   */
  void syncNames() {
    try {
      storage.syncDirectory();
    } catch (DiskFullException e) {
      throw new StorageException("syncing a directory failed: " + e.getMessage(), e);
    }
  }
}
