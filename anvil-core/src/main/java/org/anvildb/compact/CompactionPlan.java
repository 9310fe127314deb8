package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.table.TableMeta;
import org.anvildb.version.VersionEdit;

/**
 * What a picker decided, as data: who carries it out needs nothing else. Immutable.
 *
 * <p>A plan holds as long as its tables are claimed in {@link Running}: no other plan then touches
 * them, or puts tables where its outputs go.
 */
public sealed interface CompactionPlan {
  /** Why a plan was made. */
  enum Reason {
    /** Level 0 has too many tables, or too large ones. */
    LEVEL_ZERO,
    /** A level is larger than its target. */
    LEVEL_BYTES,
    /** A table has more tombstones than entries that count. */
    TOMBSTONES,
    /** Nothing is due, but merging now gives space back. */
    SETTLING,
    /** The user asked for it. */
    MANUAL
  }

  /** Nothing to do, or nothing that can be done beside the plans that are running. */
  record None() implements CompactionPlan {}

  /**
   * A table changes its level without being read: nothing it overlaps lies between.
   *
   * @param keyspace the keyspace's number
   * @param table the table
   * @param fromLevel the level that has it
   * @param toLevel a deeper one
   * @param reason why
   */
  record Move(int keyspace, TableMeta table, int fromLevel, int toLevel, Reason reason)
      implements CompactionPlan {
    /** Returns the edits that carry it out. */
    public List<VersionEdit> edits() {
      return List.of(
          new VersionEdit.RemoveTable(keyspace, fromLevel, table.number()),
          new VersionEdit.AddTable(keyspace, toLevel, table));
    }
  }

  /**
   * Tables are merged into new ones.
   *
   * @param keyspace the keyspace's number
   * @param inputs what is merged, the highest level first; where one level's data is newer than
   *     another's, it comes first
   * @param outputLevel where the new tables go: the level of the last inputs or a deeper one; 0 if
   *     tables of level 0 are merged among themselves
   * @param below all tables deeper than the output level that overlap the inputs' range, the
   *     highest level first: what decides whether tombstones may go
   * @param isBottom whether every tombstone may go, as nothing older is left for any key
   * @param targetBytes the size at which an output table is closed
   * @param reason why
   */
  record Merge(
      int keyspace,
      List<LevelTables> inputs,
      int outputLevel,
      List<LevelTables> below,
      boolean isBottom,
      long targetBytes,
      Reason reason)
      implements CompactionPlan {
    /** Copies the lists. */
    public Merge {
      inputs = List.copyOf(inputs);
      below = List.copyOf(below);
    }

    /** Returns the tables of all inputs. */
    public List<TableMeta> inputTables() {
      return inputs.stream().flatMap(level -> level.tables().stream()).toList();
    }

    /** Returns the length of all input files. */
    public long inputBytes() {
      long bytes = 0;
      for (LevelTables level : inputs) {
        bytes += level.bytes();
      }
      return bytes;
    }

    /** Returns the tables of the level under the output's that overlap, by keys. */
    public List<TableMeta> grandparents() {
      return !below.isEmpty() && below.getFirst().level() == outputLevel + 1
          ? below.getFirst().tables()
          : List.of();
    }

    /** Returns the edits that put the outputs in the place of the inputs. */
    public List<VersionEdit> edits(List<TableMeta> outputs) {
      List<VersionEdit> edits = new ArrayList<>();
      long above = outputLevel == 0 ? inputs.getFirst().tables().getFirst().number() : 0;
      for (TableMeta output : outputs) {
        edits.add(new VersionEdit.AddTable(keyspace, outputLevel, above, output));
      }
      for (LevelTables level : inputs) {
        for (TableMeta table : level.tables()) {
          edits.add(new VersionEdit.RemoveTable(keyspace, level.level(), table.number()));
        }
      }
      return edits;
    }
  }

  /**
   * A table of nothing but tombstones goes, as there is nothing older that they hide.
   *
   * @param keyspace the keyspace's number
   * @param table the table
   * @param level the level that has it
   */
  record Drop(int keyspace, TableMeta table, int level) implements CompactionPlan {
    /** Returns the edits that carry it out. */
    public List<VersionEdit> edits() {
      return List.of(new VersionEdit.RemoveTable(keyspace, level, table.number()));
    }
  }
}
