package org.anvildb.compact;

import java.util.List;
import org.anvildb.cursor.ConcatCursor;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.table.Table;

/** Open tables in key order without overlap, as the parts of a cursor. Immutable. */
final class TableRun implements ConcatCursor.Parts {
  private final List<Table> tables;

  private TableRun(List<Table> tables) {
    this.tables = tables;
  }

  /**
   * Opens a cursor over tables in key order: of one class however many they are. With a table's own
   * cursor for a single one, code that was compiled while tables of level 0 alone were merged was
   * thrown away, and compiled for all merges again, when the first run of a level came.
   */
  static InternalCursor cursor(List<Table> tables) {
    return new ConcatCursor(new TableRun(tables));
  }

  @Override
  public int count() {
    return tables.size();
  }

  @Override
  public byte[] smallest(int part) {
    return tables.get(part).meta().smallest();
  }

  @Override
  public byte[] largest(int part) {
    return tables.get(part).meta().largest();
  }

  @Override
  public InternalCursor open(int part) {
    return tables.get(part).cursor();
  }

  @Override
  public boolean distinctKeys() {
    return tables.stream().allMatch(table -> table.meta().maxSequence() == 0);
  }
}
