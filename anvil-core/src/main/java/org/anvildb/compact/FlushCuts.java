package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;

/**
 * Where a flush ends a table and begins the next: at keys where a table of the base level begins.
 * Immutable.
 *
 * <p>So level 0 falls into parts that don't overlap, each over a few tables of the base level, and
 * is merged part by part: while one is merged, the base level exists twice only there, and what was
 * merged is given back before the next part is begun. With whole tables in level 0 a merge takes
 * all of the base level at once, which then needs its space a second time. The price is more files:
 * about 10 for each flush at most.
 *
 * <p>Rejected: merging whole tables in pieces by ranges of keys. That gives the base level's space
 * back bit by bit, but level 0's only at the end.
 *
 * @param keys ascending; a table ends before each of them
 * @param minPartBytes a table that is smaller goes on behind the key
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record FlushCuts(List<byte[]> keys, long minPartBytes) {
  /** No cuts. */
  public static final FlushCuts NONE = new FlushCuts(List.of(), 0);

  /** A part is over at least three quarters of such a share of the base level. */
  private static final int PARTS = 8;

  /** As many of the smallest parts would be a table of full size. */
  private static final int SMALLEST_PARTS = 1024;

  /**
   * Tells where a flush is cut.
   *
   * @param keyspace what is there before the flush
   * @param memtableBytes the size of a memtable
   */
  public static FlushCuts of(KeyspaceVersion keyspace, long memtableBytes) {
    Levels levels = keyspace.levels();
    int ratio = keyspace.options().levelRatio();
    int base = LevelScores.of(levels, ratio, memtableBytes, Running.none()).baseLevel();
    long tableBytes = LevelScores.tableBytes(memtableBytes);
    long share = levels.bytes(base) / PARTS;
    long partBytes = Math.max(share - share / 4, tableBytes / 2);
    List<byte[]> keys = new ArrayList<>();
    long bytes = 0;
    for (TableMeta table : levels.tables(base)) {
      if (bytes >= partBytes) {
        keys.add(table.smallest());
        bytes = 0;
      }
      bytes += table.fileBytes();
    }
    return new FlushCuts(keys, tableBytes / SMALLEST_PARTS);
  }
}
