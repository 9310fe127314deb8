package org.anvildb.api;

import java.lang.foreign.MemorySegment;
import java.util.NoSuchElementException;

/**
 * A position that moves over the entries of a {@link KeyRange}, in both directions.
 *
 * <p>A new cursor stands outside of the range: {@link #next()} moves it to the first entry, {@link
 * #previous()} to the last. A cursor that ran off an end comes back with the opposite move. It sees
 * the moment of its creation. A move that fails at reading leaves the cursor as a new one.
 *
 * <pre>{@code
 * try (Cursor c = db.cursor(KeyRange.prefix(p))) {
 *   while (c.next()) use(c.key(), c.value());
 * }
 * }</pre>
 *
 * <p>Not thread-safe: a cursor belongs to the first thread that moves it, and any other gets an
 * {@link IllegalStateException}. {@link #close()} may be called by any thread, but not while
 * another one moves the cursor or reads at it. It keeps files alive, so close it.
 */
public interface Cursor extends AutoCloseable {
  /**
   * Moves to the next entry; from a new position, to the first.
   *
   * @return whether there is one; if not, the cursor stands behind the last entry
   */
  boolean next();

  /**
   * Moves to the previous entry; from a new position, to the last.
   *
   * @return whether there is one; if not, the cursor stands before the first entry
   */
  boolean previous();

  /**
   * Moves to the first entry of the range whose key is equal to or greater than a key.
   *
   * @param key the key to look for; not kept
   * @return whether there is one; if not, the cursor stands behind the last entry
   */
  boolean seek(byte[] key);

  /**
   * Moves to the last entry of the range whose key is equal to or less than a key.
   *
   * @param key the key to look for; not kept
   * @return whether there is one; if not, the cursor stands before the first entry
   */
  boolean seekFloor(byte[] key);

  /**
   * Moves to the first entry of the range.
   *
   * @return whether there is one
   */
  boolean first();

  /**
   * Moves to the last entry of the range.
   *
   * @return whether there is one
   */
  boolean last();

  /**
   * Returns a copy of the key at the cursor.
   *
   * @return the key, owned by the caller
   * @throws NoSuchElementException if the cursor stands on no entry
   */
  byte[] key();

  /**
   * Returns a copy of the value at the cursor.
   *
   * @return the value, owned by the caller
   * @throws NoSuchElementException if the cursor stands on no entry
   */
  byte[] value();

  /**
   * Returns the key at the cursor without copying it.
   *
   * @return a read-only segment, valid until the cursor moves or closes
   * @throws NoSuchElementException if the cursor stands on no entry
   */
  MemorySegment keySegment();

  /**
   * Returns the value at the cursor without copying it.
   *
   * @return a read-only segment, valid until the cursor moves or closes; a segment alone does not
   *     keep a cursor that nobody holds any more from being taken for dropped, and closed
   * @throws NoSuchElementException if the cursor stands on no entry
   */
  MemorySegment valueSegment();

  /** Releases what the cursor keeps alive. A second close does nothing. */
  @Override
  void close();
}
