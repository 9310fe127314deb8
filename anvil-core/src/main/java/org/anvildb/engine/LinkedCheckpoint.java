package org.anvildb.engine;

import org.anvildb.storage.Storage;
import org.anvildb.table.TableMeta;

/**
 * A checkpoint in a directory of its own, with the tables linked into it.
 *
 * @param source the database's directory
 * @param files the new one
 */
record LinkedCheckpoint(Storage source, Storage files) implements CheckpointTarget {
  @Override
  public void table(Storage storage, TableMeta table) {
    source.link(table.fileName(), files);
  }
}
