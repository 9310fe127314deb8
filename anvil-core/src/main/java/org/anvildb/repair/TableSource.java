package org.anvildb.repair;

import org.anvildb.bytes.Bytes;
import org.anvildb.table.SalvageCursor;
import org.anvildb.table.TableMeta;
import org.jspecify.annotations.Nullable;

/**
 * One table of a keyspace in a repair, be it readable or lost: what is lost of it hides nothing any
 * more, but is known to have been there. Not thread-safe.
 */
final class TableSource {
  /** How sure it is where the table stands among the others of its keyspace. */
  enum Age {
    /** The manifest tells. */
    KNOWN,
    /** Guessed by the number of the file. */
    GUESSED,
    /** No longer part of the database as far as is known: only fills what others don't have. */
    FILLS
  }

  private final int rank;
  private final Age age;
  private final TableMeta meta;
  private final @Nullable SalvageCursor cursor;
  private boolean isAtEnd;

  /**
   * Makes a source before its first entry.
   *
   * @param rank its place by age, the newest first
   * @param meta what is known of it
   * @param cursor over the table; null if it is lost
   */
  TableSource(int rank, Age age, TableMeta meta, @Nullable SalvageCursor cursor) {
    this.rank = rank;
    this.age = age;
    this.meta = meta;
    this.cursor = cursor;
    this.isAtEnd = cursor == null;
  }

  int rank() {
    return rank;
  }

  Age age() {
    return age;
  }

  boolean next() {
    isAtEnd = cursor == null || !cursor.next();
    return !isAtEnd;
  }

  /** Returns the cursor, which stands on an entry. */
  SalvageCursor entry() {
    SalvageCursor on = cursor;
    if (on == null || isAtEnd) {
      throw new IllegalStateException("there is no entry");
    }
    return on;
  }

  /** Tells whether something of the table is lost between the entry before and this one. */
  boolean hasGap() {
    return cursor == null || cursor.skipped();
  }

  /** Tells whether the lost part before this entry can have held a key. */
  boolean mayHaveHad(byte[] key, int length) {
    if (!hasGap() || !meta.covers(key, length)) {
      return false;
    }
    int order = isAtEnd ? -1 : Bytes.compare(key, length, entry().key(), entry().keyLength());
    return order < 0 || order == 0 && meta.maxSequence() > 0;
  }

  long blocksRead() {
    return cursor == null ? 0 : cursor.blocksRead();
  }
}
