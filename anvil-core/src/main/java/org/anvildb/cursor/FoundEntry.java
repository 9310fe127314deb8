package org.anvildb.cursor;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;

/**
 * Where a point read found its entry: filled by memtables and tables, read by the engine. Not
 * thread-safe; one belongs to one read.
 */
public final class FoundEntry {
  /** What stands for a deleted key among copied values; no value is this array. */
  @SuppressWarnings("MutablePublicArray") // It has no elements.
  public static final byte[] TOMBSTONE = {};

  private MemorySegment memory = MemorySegment.NULL;
  private long valueOffset;
  private int valueLength;
  private boolean tombstone;

  /** Makes an empty one. */
  public FoundEntry() {}

  /**
   * Notes a value.
   *
   * @param memory the memory that holds it
   * @param offset where it starts
   * @param length its length
   */
  public void value(MemorySegment memory, long offset, int length) {
    this.memory = memory;
    this.valueOffset = offset;
    this.valueLength = length;
    this.tombstone = false;
  }

  /** Notes that the key was deleted. */
  public void deleted() {
    this.memory = MemorySegment.NULL;
    this.valueOffset = 0;
    this.valueLength = 0;
    this.tombstone = true;
  }

  /**
   * Returns the memory that holds the value.
   *
   * @return a segment; the value is a part of it
   */
  public MemorySegment memory() {
    return memory;
  }

  /**
   * Returns where the value starts.
   *
   * @return an offset in {@link #memory()}
   */
  public long valueOffset() {
    return valueOffset;
  }

  /**
   * Returns the value's length.
   *
   * @return bytes
   */
  public int valueLength() {
    return valueLength;
  }

  /**
   * Tells whether the newest version of the key is a tombstone.
   *
   * @return whether the key was deleted
   */
  public boolean tombstone() {
    return tombstone;
  }

  /**
   * Copies the value.
   *
   * @return a new array; {@link #TOMBSTONE} itself if the key was deleted
   */
  public byte[] copy() {
    return tombstone ? TOMBSTONE : Bytes.copy(memory, valueOffset, valueLength);
  }
}
