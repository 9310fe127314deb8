package org.anvildb.compact;

import java.util.List;
import org.anvildb.table.TableMeta;

/**
 * Some tables of one level.
 *
 * @param level the level
 * @param tables the tables: of level 0 newest first, of other levels by keys
 */
public record LevelTables(int level, List<TableMeta> tables) {
  /** Copies the list. */
  public LevelTables {
    tables = List.copyOf(tables);
  }

  /** Returns the length of the files. */
  public long bytes() {
    return bytes(tables);
  }

  static long bytes(List<TableMeta> tables) {
    long bytes = 0;
    for (TableMeta table : tables) {
      bytes += table.fileBytes();
    }
    return bytes;
  }
}
