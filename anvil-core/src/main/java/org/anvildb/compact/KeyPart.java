package org.anvildb.compact;

import java.util.Arrays;
import org.anvildb.cursor.InternalCursor;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one part of a merge: those from one cut to the next. Immutable; the arrays are not to
 * be changed.
 *
 * @param from the first key; null if nothing is before this part
 * @param to the first key that is not in it; null if nothing is behind it
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record KeyPart(byte @Nullable [] from, byte @Nullable [] to) {
  /** All keys. */
  static final KeyPart ALL = new KeyPart(null, null);

  /** Moves a cursor to the first entry from the start on. */
  boolean seekStart(InternalCursor cursor) {
    return from == null ? cursor.seekFirst() : cursor.seekCeiling(from, from.length);
  }

  /** Tells whether the entry that a cursor is on belongs to a later part. */
  boolean endsBefore(InternalCursor cursor) {
    return to != null
        && Arrays.compareUnsigned(cursor.key(), 0, cursor.keyLength(), to, 0, to.length) >= 0;
  }
}
