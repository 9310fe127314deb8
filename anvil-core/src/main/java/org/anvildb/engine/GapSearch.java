package org.anvildb.engine;

import java.util.Arrays;
import org.anvildb.bytes.LateFault;
import org.anvildb.cursor.VisibleCursor;
import org.anvildb.memtable.Gap;
import org.anvildb.memtable.Gaps;
import org.jspecify.annotations.Nullable;

/**
 * What a cursor learns about gaps when it looks for the first entry of its range: if it had to pass
 * many that were deleted, those who come later shall not have to. Belongs to one cursor.
 */
final class GapSearch {
  /** From how many passed entries on a gap is worth knowing: about what it costs to begin one. */
  private static final int BEGIN = 16;

  /** From how many on a known gap is told to be longer: that costs a copy of the key. */
  private static final int EXTEND = 2;

  private final Gaps gaps;
  private final int keyspace;
  private final byte[] start;
  private final byte @Nullable [] end;
  private final @Nullable Gap known;
  private final VisibleCursor cursor;

  /**
   * Makes a search.
   *
   * @param start where the range starts
   * @param end where it ends, or null
   * @param known a gap that was got hold of before the cursor's view was taken, and that reaches
   *     from or from before the start to where the cursor really starts
   */
  GapSearch(
      Gaps gaps,
      int keyspace,
      byte[] start,
      byte @Nullable [] end,
      @Nullable Gap known,
      VisibleCursor cursor) {
    this.gaps = gaps;
    this.keyspace = keyspace;
    this.start = start;
    this.end = end;
    this.known = known;
    this.cursor = cursor;
  }

  /** Takes note of a search for the first entry of the range, just made. */
  void done(boolean found) {
    int passed = cursor.passed();
    if (passed < EXTEND) {
      return;
    }
    if (known != null) {
      // Later cursors start there: the key must be one that was read.
      LateFault.deliver();
      gaps.extend(known, found ? Arrays.copyOf(cursor.key(), cursor.keyLength()) : end);
    } else if (passed >= BEGIN) {
      gaps.want(keyspace, start);
    }
  }
}
