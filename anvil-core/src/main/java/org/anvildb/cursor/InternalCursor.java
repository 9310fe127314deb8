package org.anvildb.cursor;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A position among internal entries: versions of keys, tombstones among them, in key order.
 *
 * <p>Several versions of one key follow each other newest first; a backward move visits them in the
 * exact reverse order. A move returns whether the cursor stands on an entry afterwards; a new
 * cursor stands on none. What the accessors return is valid until the next move; they may be called
 * only on an entry.
 *
 * <p>The key is always in an array, from index 0 on, so that comparing is cheap whatever lies
 * below; the value stays where it is.
 *
 * <p>Not thread-safe. Closing releases what the cursor itself holds; whoever built it owns the
 * files and memtables below.
 */
public interface InternalCursor extends AutoCloseable {
  /**
   * Moves to the first entry.
   *
   * @return whether there is one
   */
  boolean seekFirst();

  /**
   * Moves to the last entry.
   *
   * @return whether there is one
   */
  boolean seekLast();

  /**
   * Moves to the first entry whose key is equal to or greater than a key.
   *
   * @param key holds the key from index 0 on; not kept; never the array of this cursor's {@link
   *     #key()}
   * @param length the key's length
   * @return whether there is one
   */
  boolean seekCeiling(byte[] key, int length);

  /**
   * Moves to the last entry whose key is less than a key.
   *
   * @param key holds the key from index 0 on; not kept; never the array of this cursor's {@link
   *     #key()}
   * @param length the key's length
   * @return whether there is one
   */
  boolean seekLower(byte[] key, int length);

  /**
   * Moves to the next entry; allowed only on an entry.
   *
   * @return whether there is one
   */
  boolean next();

  /**
   * Moves to the previous entry; allowed only on an entry.
   *
   * @return whether there is one
   */
  boolean previous();

  /**
   * Tells whether the cursor stands on an entry.
   *
   * @return whether it does
   */
  boolean valid();

  /**
   * Returns the array that holds the key, from index 0 on. The array may be longer than the key and
   * belongs to the cursor.
   *
   * @return the key's bytes
   */
  byte[] key();

  /**
   * Returns the key's length.
   *
   * @return bytes
   */
  int keyLength();

  /**
   * Tells whether the entry deletes its key.
   *
   * @return whether it is a tombstone; its value is empty then
   */
  boolean tombstone();

  /**
   * Returns the sequence number of the entry. It is exact, or it is 0 where the entry is visible to
   * every snapshot that was open when its table was written, or it stands for the newest snapshot
   * that can't see the entry, plus one.
   *
   * @return the number; snapshots with this or a larger number see the entry
   */
  long sequence();

  /**
   * Returns the memory that holds the value.
   *
   * @return a segment; the value is a part of it
   */
  MemorySegment valueMemory();

  /**
   * Returns where in {@link #valueMemory()} the value starts.
   *
   * @return an offset in bytes
   */
  long valueOffset();

  /**
   * Returns the value's length.
   *
   * @return bytes
   */
  int valueLength();

  /**
   * Tells whether it is known, without looking, that no key has two versions here. It is so for a
   * table whose largest sequence number is 0: two versions in it would be in one snapshot stripe.
   *
   * @return whether successive entries always have different keys; false when in doubt
   */
  default boolean distinctKeys() {
    return false;
  }

  /**
   * Returns how many of the next entries belong to a <em>stretch</em>: entries that follow each
   * other in {@link #leaf()} and that all cursors above it would show just so. Who holds this
   * cursor may call {@code next()} of the leaf as often, and read the entries there; any move of
   * this cursor goes on from where the leaf stands, and ends the stretch. Until then its own
   * accessors are void.
   *
   * <p>A scan spends most of its time between entries of one block. There each layer above costs
   * about as much as the step itself.
   *
   * @param end the stretch ends before this key; null if nothing limits it
   * @param endLength the key's length
   * @return the number, exact or less; 0 if there is no stretch, which is always allowed
   */
  default int stretch(byte @Nullable [] end, int endLength) {
    return 0;
  }

  /**
   * Returns the cursor that really stands on the entry; to be asked for after {@link #stretch}.
   *
   * @return a cursor below, or this one
   */
  default InternalCursor leaf() {
    return this;
  }

  @Override
  void close();
}
