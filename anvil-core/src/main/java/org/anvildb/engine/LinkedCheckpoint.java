package org.anvildb.engine;

import org.anvildb.storage.Storage;
import org.anvildb.table.TableMeta;
import org.anvildb.table.TableSeal;

/**
 * A checkpoint in a directory of its own, with the tables linked into it.
 *
 * @param source the database's directory
 * @param files the new one
 */
record LinkedCheckpoint(Storage source, Storage files) implements CheckpointTarget {
  @Override
  public void table(Storage storage, TableMeta table) {
    // What is linked is read by nobody, and a copy that can't be opened is none.
    TableSeal.checkEnd(source, table);
    source.link(table.fileName(), files);
  }
}
