package org.anvildb.compact;

import java.util.Arrays;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;

/**
 * Reading a new table back, before the manifest names it: every checksum, the order of the keys and
 * of the versions of a key, and the numbers in its metadata.
 *
 * <p>It costs one pass over the file, which is still in the page cache. That is little beside what
 * it catches: a fault of memory, of the system or of ours, at the last moment when the inputs still
 * exist.
 */
final class TableProof {
  private final TableMeta meta;
  private final InternalCursor cursor;
  private byte[] last = new byte[64];
  private int lastLength;
  private long lastSequence;
  private long entries;
  private long tombstones;
  private long maxSequence;

  private TableProof(TableMeta meta, InternalCursor cursor) {
    this.meta = meta;
    this.cursor = cursor;
  }

  /**
   * Reads a table through; it stays open.
   *
   * @throws CorruptionException if it is not what its metadata says
   */
  static void check(Table table, TableMeta meta) {
    try (InternalCursor cursor = table.cursor()) {
      new TableProof(meta, cursor).run();
      table.checkPages();
    }
  }

  private void run() {
    for (boolean onEntry = cursor.seekFirst(); onEntry; onEntry = cursor.next()) {
      byte[] key = cursor.key();
      int length = cursor.keyLength();
      if (entries == 0) {
        require(
            Arrays.equals(key, 0, length, meta.smallest(), 0, meta.smallest().length), "first key");
      } else {
        requireOrder(key, length);
      }
      count();
      keep(key, length);
    }
    require(entries == meta.entries(), "number of entries");
    require(tombstones == meta.tombstones(), "number of tombstones");
    require(maxSequence == meta.maxSequence(), "largest sequence number");
    require(
        Arrays.equals(last, 0, lastLength, meta.largest(), 0, meta.largest().length), "last key");
  }

  private void requireOrder(byte[] key, int length) {
    int order = Bytes.compare(last, lastLength, key, length);
    require(order < 0 || (order == 0 && cursor.sequence() < lastSequence), "order of keys");
  }

  private void count() {
    entries++;
    lastSequence = cursor.sequence();
    maxSequence = Math.max(maxSequence, lastSequence);
    if (cursor.tombstone()) {
      tombstones++;
    }
  }

  private void keep(byte[] key, int length) {
    if (last.length < length) {
      last = new byte[Math.max(length, 2 * last.length)];
    }
    System.arraycopy(key, 0, last, 0, length);
    lastLength = length;
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw new CorruptionException(
          meta.fileName(),
          -1,
          "the table was just written, but read back its "
              + what
              + " is wrong; it is thrown away and its inputs are kept;"
              + " check the memory and the disk of this machine");
    }
  }
}
