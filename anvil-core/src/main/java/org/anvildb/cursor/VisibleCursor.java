package org.anvildb.cursor;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What a user sees: of each key the newest version that is not too new, and no tombstones. Not
 * thread-safe.
 *
 * <p>Forward, the source stands on the current entry, and versions that follow with the same key
 * are skipped. Backward, the versions of a key come oldest first, so the newest is known only after
 * the source has left the key: then the key is a copy, the value's place is remembered, and the
 * source stands before all versions of the key, or on none. Remembering a place is enough, as the
 * owner of the cursor keeps the memory below alive.
 *
 * <pre>
 *   source       a@3  b@7  b@2  c@9   at most 5     visible: a@3 b@2
 *   forward on b            ^           source on the entry
 *   backward on b  ^                    source before the key; b@2 remembered, b@7 too new
 * </pre>
 *
 * Where no key has two versions ({@link InternalCursor#distinctKeys()}) the source stands on the
 * current entry in both directions and no key is compared.
 */
public final class VisibleCursor implements InternalCursor {
  private final InternalCursor source;
  private final long maxSequence;
  private final boolean seesAll;
  private final boolean distinctKeys;

  /** The current key; before the first entry, and when distinct, none. */
  private final RememberedKey current = new RememberedKey();

  private boolean valid;
  private int passed;

  /** Whether the current entry is a remembered one, the source standing before it. */
  private boolean remembered;

  private boolean tombstone;
  private long sequence;
  private MemorySegment valueMemory = MemorySegment.NULL;
  private long valueOffset;
  private int valueLength;

  /**
   * Makes a cursor that stands on no entry.
   *
   * @param source versions of keys; belongs to this cursor, which closes it
   * @param maxSequence the largest sequence number that is seen; Long.MAX_VALUE sees all
   */
  public VisibleCursor(InternalCursor source, long maxSequence) {
    this.source = source;
    this.maxSequence = maxSequence;
    this.seesAll = maxSequence == Long.MAX_VALUE;
    this.distinctKeys = source.distinctKeys();
  }

  @Override
  public boolean seekFirst() {
    current.clear();
    passed = 0;
    return forwardFrom(source.seekFirst());
  }

  @Override
  public boolean seekLast() {
    return backwardFrom(source.seekLast());
  }

  @Override
  public boolean seekCeiling(byte[] key, int length) {
    current.clear();
    return forwardFrom(source.seekCeiling(key, length));
  }

  @Override
  public boolean seekLower(byte[] key, int length) {
    return backwardFrom(source.seekLower(key, length));
  }

  @Override
  public boolean next() {
    if (remembered) {
      return forwardFrom(source.valid() ? source.next() : source.seekFirst());
    }
    return forwardFrom(source.next());
  }

  @Override
  public boolean previous() {
    if (distinctKeys) {
      return backwardFrom(source.previous());
    }
    if (remembered) {
      return backwardFrom(source.valid());
    }
    boolean onEntry = source.previous();
    while (onEntry && current.matches(source.key(), source.keyLength())) {
      onEntry = source.previous();
    }
    return backwardFrom(onEntry);
  }

  /**
   * The sources offer stretches only of entries that each snapshot sees, of which no key has two.
   */
  @Override
  public int stretch(byte @Nullable [] end, int endLength) {
    if (remembered) {
      return 0;
    }
    int stretch = source.stretch(end, endLength);
    if (stretch > 0) {
      // The entries of a stretch have other keys than what precedes and follows them.
      current.clear();
    }
    return stretch;
  }

  @Override
  public InternalCursor leaf() {
    return source.leaf();
  }

  private boolean forwardFrom(boolean start) {
    remembered = false;
    boolean onEntry = start;
    while (onEntry) {
      if (seen() && isNewKey() && !source.tombstone()) {
        return valid = true;
      }
      passed++;
      onEntry = source.next();
    }
    return valid = false;
  }

  /** Returns how many entries were passed over, on the way forward, since the last seekFirst. */
  public int passed() {
    return passed;
  }

  /** Tells whether the source is on another key than the current one, and makes it that. */
  private boolean isNewKey() {
    if (distinctKeys) {
      return true;
    }
    byte[] key = source.key();
    int length = source.keyLength();
    if (current.matches(key, length)) {
      return false;
    }
    current.set(key, length);
    return true;
  }

  private boolean backwardFrom(boolean start) {
    boolean onEntry = start;
    while (onEntry) {
      if (distinctKeys) {
        if (seen() && !source.tombstone()) {
          return valid = true;
        }
        onEntry = source.previous();
      } else {
        onEntry = rememberNewest();
        if (remembered && !tombstone) {
          return valid = true;
        }
      }
    }
    remembered = false;
    return valid = false;
  }

  /**
   * Moves back over all versions of the source's key and remembers the newest that is seen, if any.
   * Returns whether the source is on an entry then.
   */
  private boolean rememberNewest() {
    remembered = false;
    current.setCopy(source.key(), source.keyLength());
    boolean onEntry;
    do {
      if (seen()) {
        remember();
      }
      onEntry = source.previous();
    } while (onEntry && current.matches(source.key(), source.keyLength()));
    return onEntry;
  }

  private void remember() {
    remembered = true;
    tombstone = source.tombstone();
    sequence = source.sequence();
    valueMemory = source.valueMemory();
    valueOffset = source.valueOffset();
    valueLength = source.valueLength();
  }

  private boolean seen() {
    return seesAll || source.sequence() <= maxSequence;
  }

  @Override
  public boolean valid() {
    return valid;
  }

  @Override
  public byte[] key() {
    return remembered ? current.bytes() : source.key();
  }

  @Override
  public int keyLength() {
    return remembered ? current.length() : source.keyLength();
  }

  /** Always false: tombstones are not visible. */
  @Override
  public boolean tombstone() {
    return false;
  }

  @Override
  public long sequence() {
    return remembered ? sequence : source.sequence();
  }

  @Override
  public MemorySegment valueMemory() {
    return remembered ? valueMemory : source.valueMemory();
  }

  @Override
  public long valueOffset() {
    return remembered ? valueOffset : source.valueOffset();
  }

  @Override
  public int valueLength() {
    return remembered ? valueLength : source.valueLength();
  }

  @Override
  public boolean distinctKeys() {
    return true;
  }

  @Override
  public void close() {
    source.close();
  }
}
