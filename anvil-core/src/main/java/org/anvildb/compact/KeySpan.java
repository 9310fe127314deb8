package org.anvildb.compact;

import java.util.Arrays;
import java.util.List;
import org.anvildb.table.TableMeta;

/**
 * A range of keys that tables span, both ends inclusive. The arrays are those of the tables, not to
 * be changed.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never leaves the package
record KeySpan(byte[] first, byte[] last) {
  /** Returns what tables span together, the gaps between them included. */
  static KeySpan of(List<TableMeta> tables) {
    KeySpan span = of(tables.getFirst());
    for (TableMeta table : tables) {
      span = span.with(table);
    }
    return span;
  }

  static KeySpan of(TableMeta table) {
    return new KeySpan(table.smallest(), table.largest());
  }

  KeySpan with(TableMeta table) {
    boolean isLower = Arrays.compareUnsigned(table.smallest(), first) < 0;
    boolean isHigher = Arrays.compareUnsigned(table.largest(), last) > 0;
    return isLower || isHigher
        ? new KeySpan(isLower ? table.smallest() : first, isHigher ? table.largest() : last)
        : this;
  }

  boolean overlaps(TableMeta table) {
    return table.overlaps(first, last);
  }

  /** Tells whether a table lies within, with both ends. */
  boolean contains(TableMeta table) {
    return Arrays.compareUnsigned(first, table.smallest()) <= 0
        && Arrays.compareUnsigned(table.largest(), last) <= 0;
  }
}
