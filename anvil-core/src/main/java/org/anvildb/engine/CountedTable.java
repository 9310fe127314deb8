package org.anvildb.engine;

import org.anvildb.table.Table;

/**
 * An open table, counted by the views that contain it. Its last release means that no version and
 * no reader has it any more, so its mapping is closed and its file deleted, in the background.
 */
final class CountedTable extends Counted {
  private final Table table;
  private final OpenTables owner;

  CountedTable(Table table, OpenTables owner) {
    this.table = table;
    this.owner = owner;
  }

  Table table() {
    return table;
  }

  @Override
  void dispose() {
    owner.retire(table);
  }

  @Override
  public String toString() {
    return table.meta().fileName();
  }
}
