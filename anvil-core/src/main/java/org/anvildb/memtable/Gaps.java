package org.anvildb.memtable;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The {@link Gap gaps} of a database that are worth knowing: a queue whose entries are put at one
 * end and deleted at the other would otherwise make each reader walk over all that was deleted, to
 * find the first entry behind. What is visible doesn't depend on where it is stored, so gaps
 * outlive the memtables and know nothing of tables.
 *
 * <p>Readers ask for a gap where they had to walk far; the writer begins it, before the next batch:
 * so each batch is either seen by all views that are taken with the gap in hand, or its puts are
 * noted in the gap. That is also why a gap that a put has spoiled is not repaired by readers but
 * begun again by the writer.
 *
 * <p>Thread-safe: one writer at a time, any number of readers without locks. Asking may be
 * forgotten in a race; then somebody else will ask again.
 *
 * <p>Rejected: counting live keys in leaves and inner nodes, so that a cursor leaps over dead
 * leaves. It helps inside of one memtable only: the dead keys of a frozen one, hidden by tombstones
 * in the active one, still have to be merged one by one, and so have those of tables.
 */
public final class Gaps {
  /** Each put looks at all of them. */
  private static final int MAX_GAPS = 32;

  private volatile Gap[] gaps = {};
  private volatile boolean asked;
  private volatile @Nullable Wanted wanted;

  // The writer's own.
  private int replaced;

  private record Wanted(int keyspace, byte[] start) {}

  /** Knows no gap. */
  public Gaps() {}

  /**
   * Returns a gap that may hold a key, to be asked for before a view is taken; or null.
   *
   * @param keyspace the keyspace
   * @param key the key; a gap without width that starts there will do, too
   */
  public @Nullable Gap covering(int keyspace, byte[] key) {
    for (Gap gap : gaps) {
      if (gap.concerns(keyspace) && gap.covers(key)) {
        return gap;
      }
    }
    return null;
  }

  /**
   * Asks for a gap.
   *
   * @param keyspace the keyspace
   * @param start its first key; not to be changed
   */
  public void want(int keyspace, byte[] start) {
    wanted = new Wanted(keyspace, start);
    asked = true;
  }

  /**
   * Notes that a view, taken after a gap was got hold of, sees nothing from a gap's start up to a
   * key.
   *
   * @param found the key, or null if nothing follows; not to be changed
   */
  public void extend(Gap gap, byte @Nullable [] found) {
    if (gap.extend(found)) {
      asked = true;
    }
  }

  /** Writer: does what was asked for; to be called before the first operation of each batch. */
  void beginBatch() {
    if (asked) {
      answer();
    }
  }

  private void answer() {
    asked = false;
    Gap[] next = gaps.clone();
    for (int i = 0; i < next.length; i++) {
      if (next[i].outlived()) {
        next[i] = next[i].renewed();
      }
    }
    Wanted request = wanted;
    wanted = null;
    if (request != null && !knows(next, request)) {
      Gap added = new Gap(request.keyspace, request.start);
      if (next.length < MAX_GAPS) {
        next = Arrays.copyOf(next, next.length + 1);
        next[next.length - 1] = added;
      } else {
        int at = replaced++ % MAX_GAPS;
        next[at].retire();
        next[at] = added;
      }
    }
    gaps = next;
  }

  private static boolean knows(Gap[] gaps, Wanted wanted) {
    for (Gap gap : gaps) {
      if (gap.concerns(wanted.keyspace) && gap.startsAt(wanted.start)) {
        return true;
      }
    }
    return false;
  }

  /** Writer: takes note of a put, before it is published. */
  void put(int keyspace, byte[] key, int length) {
    for (Gap gap : gaps) {
      if (gap.concerns(keyspace)) {
        gap.put(key, length);
      }
    }
  }
}
