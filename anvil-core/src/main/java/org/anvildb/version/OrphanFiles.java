package org.anvildb.version;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.anvildb.table.TableMeta;

/**
 * Tells which files that carry the engine's names are of no use: what a crash left behind, and what
 * could not be deleted in time. Pure. Only to be asked at an opening, when no job is writing files.
 */
public final class OrphanFiles {
  private OrphanFiles() {}

  /**
   * Returns the names of orphans; foreign names are never among them.
   *
   * @param names what the directory has
   * @param version the version in force
   * @param manifest the number of the manifest in force
   */
  public static List<String> among(List<String> names, Version version, long manifest) {
    Set<Long> tables = new HashSet<>();
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      for (int level = 0; level < Levels.COUNT; level++) {
        for (TableMeta table : keyspace.levels().tables(level)) {
          tables.add(table.number());
        }
      }
    }
    List<String> orphans = new ArrayList<>();
    for (String name : names) {
      FileName file = FileName.parse(name);
      if (file != null && isOrphan(file, tables, version.walFloor(), manifest)) {
        orphans.add(name);
      }
    }
    return orphans;
  }

  private static boolean isOrphan(FileName file, Set<Long> tables, long walFloor, long manifest) {
    return switch (file.kind()) {
      case CURRENT, LOCK -> false;
      case CURRENT_DRAFT -> true;
      case MANIFEST -> file.number() != manifest;
      case WAL -> file.number() < walFloor;
      case TABLE -> !tables.contains(file.number());
    };
  }
}
