package org.anvildb.engine;

import org.anvildb.compact.TableFiles;
import org.anvildb.table.TableMeta;
import org.anvildb.table.TableOptions;
import org.anvildb.version.KeyspaceVersion;

/** How tables of this database are written and opened. Immutable; thread-safe. */
final class TableFactory {
  private final TableFiles files;
  private final OpenTables open;
  private final long hashSeed;

  TableFactory(TableFiles files, OpenTables open, long hashSeed) {
    this.files = files;
    this.open = open;
    this.hashSeed = hashSeed;
  }

  TableFiles files() {
    return files;
  }

  OpenTables openTables() {
    return open;
  }

  /** Opens a table that was just written; the caller owns it. */
  CountedTable open(TableMeta meta) {
    return open.open(meta);
  }

  TableOptions options(KeyspaceVersion keyspace) {
    return new TableOptions(
        open.codecs().byName(keyspace.options().codec()),
        keyspace.options().filterPolicy(),
        keyspace.options().blockBytes(),
        hashSeed);
  }
}
