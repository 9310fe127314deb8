package org.anvildb.compact;

import java.util.Arrays;
import java.util.List;
import org.anvildb.table.TableMeta;

/**
 * Tells for ascending keys whether a tombstone of a key may go: whether no table below the output
 * of a merge can have an older entry of it. Not thread-safe; one for each merge.
 *
 * <p>Walks through the tables of each deeper level once, along with the keys. What a snapshot still
 * sees is not its business: only a tombstone that every open snapshot sees may go.
 */
public final class TombstoneElision {
  private final TableMeta[][] below;
  private final int[] at;
  private final boolean isBottom;
  private final boolean isNever;

  /** Starts before the first key of a merge. */
  public TombstoneElision(CompactionPlan.Merge merge) {
    this.isBottom = merge.isBottom();
    this.isNever = merge.outputLevel() == 0;
    this.below = new TableMeta[merge.below().size()][];
    this.at = new int[below.length];
    for (int i = 0; i < below.length; i++) {
      List<TableMeta> tables = merge.below().get(i).tables();
      below[i] = tables.toArray(TableMeta[]::new);
    }
  }

  /**
   * Tells whether a tombstone of a key may go.
   *
   * @param key an array that starts with the key, which is not less than the one before
   * @param length the key's length
   */
  public boolean mayDrop(byte[] key, int length) {
    if (isBottom || isNever) {
      return isBottom;
    }
    for (int i = 0; i < below.length; i++) {
      TableMeta[] tables = below[i];
      int index = at[i];
      while (index < tables.length && isBefore(tables[index].largest(), key, length)) {
        index++;
      }
      at[i] = index;
      if (index < tables.length && !isBefore(key, length, tables[index].smallest())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isBefore(byte[] bound, byte[] key, int length) {
    return Arrays.compareUnsigned(bound, 0, bound.length, key, 0, length) < 0;
  }

  private static boolean isBefore(byte[] key, int length, byte[] bound) {
    return Arrays.compareUnsigned(key, 0, length, bound, 0, bound.length) < 0;
  }
}
