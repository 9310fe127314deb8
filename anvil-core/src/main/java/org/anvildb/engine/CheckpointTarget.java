package org.anvildb.engine;

import org.anvildb.storage.Storage;
import org.anvildb.table.TableMeta;

/**
 * Where a {@link Checkpoint} is written to. Called by one thread, before {@link #files()} gets its
 * first file.
 */
public interface CheckpointTarget {
  /**
   * Takes over a table, which no one deletes meanwhile.
   *
   * @param storage where it is
   * @param table what it is
   */
  void table(Storage storage, TableMeta table);

  /**
   * Returns where the other files of the copy go, under the names that a database gives them.
   *
   * @return a directory without any of them
   */
  Storage files();
}
