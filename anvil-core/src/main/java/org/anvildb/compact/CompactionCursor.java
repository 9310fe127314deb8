package org.anvildb.compact;

import java.lang.foreign.MemorySegment;
import java.util.function.LongPredicate;
import org.anvildb.cursor.InternalCursor;
import org.anvildb.cursor.RememberedKey;

/**
 * The versions that a flush or a compaction keeps, with the sequence numbers that they are stored
 * with. Moves forward once. Not thread-safe.
 *
 * <p>The sequence numbers of the open snapshots cut time into <em>stripes</em>: the stripe of an
 * entry is the number of open snapshots that can't see it. No reader can tell two versions of a key
 * in one stripe apart in time, so only the newest of them is kept. A kept entry gets the lowest
 * sequence number of its stripe: 0 if every open snapshot sees it, otherwise that of the newest
 * snapshot which can't see it, plus one. With no open snapshot all numbers are 0, and a table of
 * zeros stores none.
 *
 * <p>A tombstone in the oldest stripe hides only what is older than all snapshots, so it is dropped
 * where the {@link TombstoneRule} knows that nothing older exists below.
 *
 * <pre>
 *   open snapshots 10, 20             stripe   kept as    why
 *   k @25 "e"                         2        k @21 "e"  seen by neither snapshot
 *   k @21 "d"                         2        -          "e" is in the same stripe
 *   k @15 "c"                         1        k @11 "c"  what snapshot 20 sees
 *   k @ 7 tombstone                   0        k @ 0      what snapshot 10 sees; dropped if nothing
 *                                                         older can exist below
 *   k @ 3 "a"                         0        -          hidden by the tombstone, dropped or not
 * </pre>
 *
 * Snapshots that are opened later see all entries of the input, so they need not be known. Age is
 * taken from the order of the versions alone. The number of an older version may be the larger one,
 * when it was stored for a snapshot that is closed since; both are in stripe 0 then.
 */
public final class CompactionCursor {
  private static final int ENTRIES_PER_CHECK = 4096;

  /** Large values take long: after as many bytes of them it is asked as well. */
  private static final long BYTES_PER_CHECK = 4L << 20;

  private final InternalCursor source;
  private final long[] snapshots;
  private final TombstoneRule rule;
  private final KeyPart part;
  private final LongPredicate cancelled;
  private final RememberedKey current = new RememberedKey();

  /** The oldest stripe of which a version of the current key was seen. */
  private int oldestStripe;

  private long sequence;
  private boolean startsKey;
  private boolean started;
  private boolean stopped;
  private long entriesRead;
  private long uncheckedBytes;
  private long tombstonesDropped;

  /** Makes a cursor over all keys. */
  CompactionCursor(
      InternalCursor source, long[] snapshots, TombstoneRule rule, LongPredicate cancelled) {
    this(source, KeyPart.ALL, snapshots, rule, cancelled);
  }

  /**
   * Makes a cursor that stands on no entry.
   *
   * @param source versions of keys, newest first within a key; stays the caller's
   * @param part the keys that are meant
   * @param snapshots the sequence numbers of the open snapshots, in ascending order; kept
   * @param rule tells which tombstones may go
   * @param cancelled is told every few thousand entries, or megabytes, how many entries were read,
   *     and answers whether to stop here
   */
  public CompactionCursor(
      InternalCursor source,
      KeyPart part,
      long[] snapshots,
      TombstoneRule rule,
      LongPredicate cancelled) {
    this.source = source;
    this.part = part;
    this.snapshots = snapshots;
    this.rule = rule;
    this.cancelled = cancelled;
  }

  /** Moves to the next entry that is kept; the first call, to the first. */
  public boolean next() {
    boolean onEntry;
    if (started) {
      onEntry = source.next();
    } else {
      started = true;
      onEntry = part.seekStart(source);
    }
    while (onEntry && !part.endsBefore(source)) {
      if (isDue() && cancelled.test(entriesRead)) {
        stopped = true;
        return false;
      }
      if (keeps()) {
        uncheckedBytes += source.valueLength();
        return true;
      }
      onEntry = source.next();
    }
    return false;
  }

  /** Counts an entry, and tells whether it is time to ask. */
  private boolean isDue() {
    if ((entriesRead++ & (ENTRIES_PER_CHECK - 1)) != 0 && uncheckedBytes < BYTES_PER_CHECK) {
      return false;
    }
    uncheckedBytes = 0;
    return true;
  }

  private boolean keeps() {
    byte[] key = source.key();
    int length = source.keyLength();
    int stripe = stripeOf(source.sequence());
    startsKey = !current.matches(key, length);
    if (startsKey) {
      current.set(key, length);
    } else if (stripe >= oldestStripe) {
      return false;
    }
    oldestStripe = stripe;
    if (stripe == 0 && source.tombstone() && rule.mayDrop(key, length)) {
      tombstonesDropped++;
      return false;
    }
    sequence = stripe == 0 ? 0 : snapshots[stripe - 1] + 1;
    return true;
  }

  /** Returns how many snapshots can't see a sequence number. */
  private int stripeOf(long entrySequence) {
    int low = 0;
    int high = entrySequence == 0 ? 0 : snapshots.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (snapshots[middle] < entrySequence) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Tells whether the run ended because it was cancelled, not because the entries did. */
  public boolean stopped() {
    return stopped;
  }

  /** Returns how many entries were read so far, dropped ones among them. */
  public long entriesRead() {
    return entriesRead;
  }

  /** Returns how many tombstones were dropped for having nothing to hide. */
  public long tombstonesDropped() {
    return tombstonesDropped;
  }

  /** Tells whether this is the first entry of its key. Only here a table may end. */
  public boolean startsKey() {
    return startsKey;
  }

  /** Returns the array that holds the key, from index 0 on; valid until the next move. */
  public byte[] key() {
    return source.key();
  }

  /** Returns the length of the key. */
  public int keyLength() {
    return source.keyLength();
  }

  /** Tells whether the entry deletes its key. */
  public boolean tombstone() {
    return source.tombstone();
  }

  /** Returns the sequence number to store. */
  public long sequence() {
    return sequence;
  }

  /** Returns the memory that holds the value. */
  public MemorySegment valueMemory() {
    return source.valueMemory();
  }

  /** Returns where the value starts. */
  public long valueOffset() {
    return source.valueOffset();
  }

  /** Returns the length of the value. */
  public int valueLength() {
    return source.valueLength();
  }
}
