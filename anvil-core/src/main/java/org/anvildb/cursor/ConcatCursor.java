package org.anvildb.cursor;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Sorted parts without overlap, one behind the other, as one cursor: the tables of a level. A part
 * is opened when the cursor gets there. When it leaves, the part's cursor is kept for its return:
 * at random seeks, opening was a tenth of the time. A few are kept; one that is in the way of
 * another is closed. Not thread-safe.
 */
public final class ConcatCursor implements InternalCursor {
  /**
   * The parts: each has at least one entry, and its keys are greater than all keys of the part
   * before. They do not change while a cursor is on them.
   */
  public interface Parts {
    /** Returns how many there are. */
    int count();

    /** Returns the first key of a part; not to be changed. */
    byte[] smallest(int part);

    /** Returns the last key of a part; not to be changed. */
    byte[] largest(int part);

    /**
     * Returns the first part whose last key is equal to or greater than a key, or {@link #count()}.
     */
    default int firstEndingAtOrAfter(byte[] key, int length) {
      int low = 0;
      int high = count();
      while (low < high) {
        int middle = (low + high) >>> 1;
        byte[] largest = largest(middle);
        if (Bytes.compare(largest, largest.length, key, length) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    /** Opens a part; the caller closes the cursor. */
    InternalCursor open(int part);

    /** Tells as {@link InternalCursor#distinctKeys()}, of all parts. */
    boolean distinctKeys();
  }

  /** How many cursors of parts are kept at most, the current one not counted. */
  static final int KEPT = 16;

  private static final @Nullable InternalCursor[] NONE = {};
  private static final int[] NO_PARTS = {};

  private final Parts parts;
  private final boolean distinctKeys;
  private InternalCursor current = EmptyCursor.INSTANCE;
  private int currentPart = -1;

  /** Cursors of parts that were left, or null; a part's place is its number modulo the length. */
  private @Nullable InternalCursor[] kept = NONE;

  /** The part of each kept cursor. */
  private int[] keptParts = NO_PARTS;

  private boolean valid;

  /** Makes a cursor that stands on no entry; no part is opened yet. */
  public ConcatCursor(Parts parts) {
    this.parts = parts;
    this.distinctKeys = parts.distinctKeys();
  }

  @Override
  public boolean seekFirst() {
    return firstFrom(0);
  }

  @Override
  public boolean seekLast() {
    return lastFrom(parts.count() - 1);
  }

  @Override
  public boolean seekCeiling(byte[] key, int length) {
    int part = parts.firstEndingAtOrAfter(key, length);
    if (part == parts.count()) {
      return valid = false;
    }
    valid = open(part).seekCeiling(key, length);
    return valid || firstFrom(part + 1);
  }

  @Override
  public boolean seekLower(byte[] key, int length) {
    int part = firstStartingAtOrAfter(key, length) - 1;
    if (part < 0) {
      return valid = false;
    }
    valid = open(part).seekLower(key, length);
    return valid || lastFrom(part - 1);
  }

  @Override
  public boolean next() {
    return current.next() || firstFrom(currentPart + 1);
  }

  @Override
  public boolean previous() {
    return current.previous() || lastFrom(currentPart - 1);
  }

  @Override
  public int stretch(byte @Nullable [] end, int endLength) {
    return current.stretch(end, endLength);
  }

  @Override
  public InternalCursor leaf() {
    return current.leaf();
  }

  private boolean firstFrom(int from) {
    valid = false;
    for (int part = from; part < parts.count() && !valid; part++) {
      valid = open(part).seekFirst();
    }
    return valid;
  }

  private boolean lastFrom(int from) {
    valid = false;
    for (int part = from; part >= 0 && !valid; part--) {
      valid = open(part).seekLast();
    }
    return valid;
  }

  private InternalCursor open(int part) {
    if (part != currentPart) {
      leave();
      InternalCursor known = takeKept(part);
      current = known != null ? known : parts.open(part);
      currentPart = part;
    }
    return current;
  }

  private @Nullable InternalCursor takeKept(int part) {
    if (kept.length == 0) {
      return null;
    }
    int place = part % kept.length;
    InternalCursor known = kept[place];
    if (known == null || keptParts[place] != part) {
      return null;
    }
    kept[place] = null;
    return known;
  }

  /** Leaves the current part, and keeps its cursor in the place of another. */
  private void leave() {
    if (currentPart < 0) {
      return;
    }
    if (kept.length == 0) {
      int places = Math.min(KEPT, parts.count());
      kept = new InternalCursor[places];
      keptParts = new int[places];
    }
    int place = currentPart % kept.length;
    InternalCursor closing = kept[place];
    kept[place] = current;
    keptParts[place] = currentPart;
    current = EmptyCursor.INSTANCE;
    currentPart = -1;
    if (closing != null) {
      closing.close();
    }
  }

  private int firstStartingAtOrAfter(byte[] key, int length) {
    int low = 0;
    int high = parts.count();
    while (low < high) {
      int middle = (low + high) >>> 1;
      byte[] smallest = parts.smallest(middle);
      if (Bytes.compare(smallest, smallest.length, key, length) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Override
  public boolean valid() {
    return valid;
  }

  @Override
  public byte[] key() {
    return current.key();
  }

  @Override
  public int keyLength() {
    return current.keyLength();
  }

  @Override
  public boolean tombstone() {
    return current.tombstone();
  }

  @Override
  public long sequence() {
    return current.sequence();
  }

  @Override
  public MemorySegment valueMemory() {
    return current.valueMemory();
  }

  @Override
  public long valueOffset() {
    return current.valueOffset();
  }

  @Override
  public int valueLength() {
    return current.valueLength();
  }

  @Override
  public boolean distinctKeys() {
    return distinctKeys;
  }

  /** Closes the parts that are open. */
  @Override
  public void close() {
    valid = false;
    InternalCursor closing = current;
    current = EmptyCursor.INSTANCE;
    currentPart = -1;
    closing.close();
    for (int i = 0; i < kept.length; i++) {
      InternalCursor known = kept[i];
      kept[i] = null;
      if (known != null) {
        known.close();
      }
    }
  }
}
