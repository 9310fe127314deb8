package org.anvildb.compact;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/**
 * Divides the keys of a merge into parts of about the same size, which threads can merge side by
 * side. Pure.
 *
 * <p>Cuts are where input tables begin: that costs no read, and a merge that is worth dividing has
 * many of them. What a table holds that reaches over a cut counts half on either side.
 */
final class MergeCuts {
  /** How far from its even place a cut may lie, in sizes of an even part. */
  private static final double MAX_OFF = 0.3;

  private MergeCuts() {}

  /**
   * Returns the parts, in key order: as many as asked for, or fewer where tables begin in too few
   * places.
   *
   * <p>A merge within level 0 stays whole. Several tables shall become one there; cut at their
   * beginnings they would come out as they went in, and be picked again without end.
   */
  static List<KeyPart> parts(CompactionPlan.Merge merge, int count) {
    if (merge.outputLevel() == 0) {
      return List.of(KeyPart.ALL);
    }
    List<TableMeta> tables = merge.inputTables();
    double even = (double) merge.inputBytes() / count;
    List<KeyPart> parts = new ArrayList<>();
    byte[] from = null;
    for (int i = 1; i < count; i++) {
      byte[] cut = cut(tables, i * even, MAX_OFF * even);
      if (cut != null && (from == null || Arrays.compareUnsigned(from, cut) < 0)) {
        parts.add(new KeyPart(from, cut));
        from = cut;
      }
    }
    parts.add(new KeyPart(from, null));
    return parts;
  }

  /** Returns the start of a table that has about so many bytes before it; null if none has. */
  private static byte @Nullable [] cut(List<TableMeta> tables, double bytes, double maxOff) {
    byte[] nearest = null;
    double off = maxOff;
    for (TableMeta table : tables) {
      double distance = Math.abs(bytesBefore(tables, table.smallest()) - bytes);
      if (distance <= off) {
        nearest = table.smallest();
        off = distance;
      }
    }
    return nearest;
  }

  private static double bytesBefore(List<TableMeta> tables, byte[] key) {
    double bytes = 0;
    for (TableMeta table : tables) {
      if (Arrays.compareUnsigned(table.largest(), key) < 0) {
        bytes += table.fileBytes();
      } else if (Arrays.compareUnsigned(table.smallest(), key) < 0) {
        bytes += table.fileBytes() / 2.0;
      }
    }
    return bytes;
  }
}
