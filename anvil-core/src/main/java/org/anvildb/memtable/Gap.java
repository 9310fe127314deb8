package org.anvildb.memtable;

import java.util.Arrays;
import org.anvildb.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys of one keyspace of which it is known that nothing in it is visible: all that was
 * ever put there was deleted. It starts at a fixed key; where it ends is found out by readers and
 * watched by the writer.
 *
 * <pre>
 *   keys     a  b  c  d  e  f  g  h        gap: start a, reach f, lowest put h
 *   newest   -  -  -  -  -  +  +  +        no entry in [a, f)
 *
 *   put c    -  -  +  -  -  +  +  +        gap: start a, reach f, lowest put c
 *                                          no entry in [a, c)
 * </pre>
 *
 * <ul>
 *   <li>The <em>reach</em> is the first entry that some reader found at or behind the start, as of
 *       its view. A reader may set it if it had the gap in hand before it took that view.
 *   <li>The <em>lowest put</em> is the least key at or above the start that was put since the gap
 *       was begun; the writer notes it before it publishes the put. Deletes don't matter.
 * </ul>
 *
 * So nothing is visible between the start and the lesser of the two, in each view that was taken
 * after the reach was read, if the lowest put is read after the view was taken: what came before
 * the reach was found is in the reach, what came since is in the lowest put.
 *
 * <p>Thread-safe: one writer, any number of readers without locks.
 */
public final class Gap {
  private final int keyspace;
  private final byte[] start;

  /** Null if no entry was found at all. */
  private volatile byte @Nullable [] reach;

  /** Null if there was none. */
  private volatile byte @Nullable [] lowestPut;

  private volatile boolean outlived;

  /** Writer: begins a gap without width. */
  Gap(int keyspace, byte[] start) {
    this(keyspace, start, start);
  }

  private Gap(int keyspace, byte[] start, byte @Nullable [] reach) {
    this.keyspace = keyspace;
    this.start = start;
    this.reach = reach;
  }

  /** Returns the reach, to be read before a view is taken; null for no end. */
  public byte @Nullable [] reach() {
    return reach;
  }

  /**
   * Returns where the gap ends for a view, or null if it has no end. The result is not above the
   * start if the gap is of no use any more.
   *
   * @param reachBefore the reach that was read before the view was taken
   */
  public byte @Nullable [] end(byte @Nullable [] reachBefore) {
    return lesser(reachBefore, lowestPut);
  }

  /**
   * Notes that a view, taken after this gap was got hold of, sees nothing from the start up to a
   * key.
   *
   * @param found the key, or null if nothing follows; not to be changed
   * @return whether the gap is hindered by puts, so that it should be begun again
   */
  boolean extend(byte @Nullable [] found) {
    reach = found;
    if (lesser(found, lowestPut) == found) {
      return false;
    }
    outlived = true;
    return true;
  }

  boolean concerns(int keyspaceId) {
    return keyspace == keyspaceId;
  }

  boolean startsAt(byte[] key) {
    return Arrays.equals(start, key);
  }

  /** Tells whether a key is the start, or between the start and the reach. */
  boolean covers(byte[] key) {
    if (key.length == 0 || start.length > 0 && Arrays.compareUnsigned(start, key) >= 0) {
      return Arrays.equals(start, key);
    }
    byte[] end = reach;
    return end == null || Arrays.compareUnsigned(key, end) < 0;
  }

  /** Writer: takes note of a put, before it is published. */
  void put(byte[] key, int length) {
    byte[] lowest = lowestPut;
    if ((lowest == null || Bytes.compare(key, length, lowest, lowest.length) < 0)
        && Bytes.compare(key, length, start, start.length) >= 0) {
      lowestPut = Arrays.copyOf(key, length);
    }
  }

  /** Tells whether the gap should be begun again. */
  boolean outlived() {
    return outlived;
  }

  /** Writer: returns this gap, begun again; this one is of no use any more. */
  Gap renewed() {
    Gap fresh = new Gap(keyspace, start, end(reach));
    retire();
    return fresh;
  }

  /** Writer: makes this gap useless to those who still hold it: puts are no longer noted here. */
  void retire() {
    lowestPut = start;
  }

  /** Returns the lesser of two keys, where null is above all; the first of equal ones. */
  private static byte @Nullable [] lesser(byte @Nullable [] a, byte @Nullable [] b) {
    return b == null || a != null && Arrays.compareUnsigned(a, b) <= 0 ? a : b;
  }
}
