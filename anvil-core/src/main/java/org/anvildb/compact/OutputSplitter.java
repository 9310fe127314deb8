package org.anvildb.compact;

import java.util.Arrays;
import java.util.List;
import org.anvildb.table.TableMeta;

/**
 * Tells where a merge closes a table and opens the next. Not thread-safe; one for each merge.
 *
 * <p>Only asked between two keys, so that the versions of one key never straddle two tables. A
 * table is closed when it has its size, and also when it overlaps so much in the level under its
 * own that sinking it there would be a large job; one of a flush also where a table of the base
 * level begins.
 */
public final class OutputSplitter {
  /** The most that an output overlaps below, in its own target sizes. */
  private static final int MAX_OVERLAP_TABLES = 10;

  private final TableMeta[] grandparents;
  private final byte[][] cuts;
  private final long minPartBytes;
  private final long targetBytes;
  private final long maxOverlapBytes;
  private int at;
  private int cut;
  private long overlapBytes;

  /** Starts before the first key of a merge. */
  public OutputSplitter(CompactionPlan.Merge merge) {
    this(merge.grandparents(), FlushCuts.NONE, merge.targetBytes());
  }

  /** Starts before the first key of tables that nothing limits but their size. */
  public OutputSplitter(long targetBytes) {
    this(List.of(), FlushCuts.NONE, targetBytes);
  }

  /**
   * Starts before the first key of the tables of a flush.
   *
   * @param cuts where they end
   */
  public OutputSplitter(FlushCuts cuts, long targetBytes) {
    this(List.of(), cuts, targetBytes);
  }

  private OutputSplitter(List<TableMeta> grandparents, FlushCuts cuts, long targetBytes) {
    this.grandparents = grandparents.toArray(TableMeta[]::new);
    this.cuts = cuts.keys().toArray(byte[][]::new);
    this.minPartBytes = cuts.minPartBytes();
    this.targetBytes = targetBytes;
    this.maxOverlapBytes =
        targetBytes > Long.MAX_VALUE / MAX_OVERLAP_TABLES
            ? Long.MAX_VALUE
            : MAX_OVERLAP_TABLES * targetBytes;
  }

  /**
   * Tells whether to close the open table before a key; the key is then the first of the next one.
   *
   * @param key an array that starts with the key, which is greater than the one before
   * @param length the key's length
   * @param tableBytes the size of the open table so far; 0 if it has no entry
   */
  public boolean cutsBefore(byte[] key, int length, long tableBytes) {
    while (at < grandparents.length && isBehind(grandparents[at], key, length)) {
      overlapBytes += tableBytes == 0 ? 0 : grandparents[at].fileBytes();
      at++;
    }
    boolean isCut = crossesCut(key, length) && tableBytes >= minPartBytes;
    if (tableBytes == 0 || !isCut && tableBytes < targetBytes && overlapBytes < maxOverlapBytes) {
      return false;
    }
    overlapBytes = 0;
    return true;
  }

  private boolean crossesCut(byte[] key, int length) {
    int before = cut;
    while (cut < cuts.length
        && Arrays.compareUnsigned(cuts[cut], 0, cuts[cut].length, key, 0, length) <= 0) {
      cut++;
    }
    return cut > before;
  }

  private static boolean isBehind(TableMeta table, byte[] key, int length) {
    byte[] largest = table.largest();
    return Arrays.compareUnsigned(largest, 0, largest.length, key, 0, length) < 0;
  }
}
