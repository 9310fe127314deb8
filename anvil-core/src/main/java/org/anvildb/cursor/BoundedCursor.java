package org.anvildb.cursor;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The part of a cursor between two keys: the lower bound belongs to it, the upper one does not. Not
 * thread-safe.
 *
 * <p>It goes below {@link VisibleCursor}: skipping tombstones then ends at the bound, instead of
 * running through all that lies behind.
 */
public final class BoundedCursor implements InternalCursor {
  private final InternalCursor source;
  private final byte @Nullable [] lower;
  private final byte @Nullable [] upper;
  private final long lowerHead;
  private final long upperHead;
  private boolean valid;

  private BoundedCursor(InternalCursor source, byte @Nullable [] lower, byte @Nullable [] upper) {
    this.source = source;
    this.lower = lower;
    this.upper = upper;
    this.lowerHead = lower == null ? 0 : Bytes.head(lower, 0, lower.length);
    this.upperHead = upper == null ? 0 : Bytes.head(upper, 0, upper.length);
  }

  /**
   * Bounds a cursor.
   *
   * @param source belongs to the result, which closes it
   * @param lower the first key that is inside, or null; kept, not to be changed
   * @param upper the first key that is outside, or null; kept, not to be changed
   * @return the bounded cursor, or the source itself if there is no bound
   */
  public static InternalCursor of(
      InternalCursor source, byte @Nullable [] lower, byte @Nullable [] upper) {
    return lower == null && upper == null ? source : new BoundedCursor(source, lower, upper);
  }

  @Override
  public boolean seekFirst() {
    return endAtUpper(lower == null ? source.seekFirst() : source.seekCeiling(lower, lower.length));
  }

  @Override
  public boolean seekLast() {
    return endAtLower(upper == null ? source.seekLast() : source.seekLower(upper, upper.length));
  }

  @Override
  public boolean seekCeiling(byte[] key, int length) {
    if (lower != null && Bytes.compare(key, length, lower, lower.length) < 0) {
      return seekFirst();
    }
    return endAtUpper(source.seekCeiling(key, length));
  }

  @Override
  public boolean seekLower(byte[] key, int length) {
    if (upper != null && Bytes.compare(key, length, upper, upper.length) > 0) {
      return seekLast();
    }
    return endAtLower(source.seekLower(key, length));
  }

  @Override
  public boolean next() {
    return endAtUpper(source.next());
  }

  @Override
  public boolean previous() {
    return endAtLower(source.previous());
  }

  @Override
  public int stretch(byte @Nullable [] end, int endLength) {
    if (upper != null && (end == null || Bytes.compare(upper, upper.length, end, endLength) < 0)) {
      return source.stretch(upper, upper.length);
    }
    return source.stretch(end, endLength);
  }

  @Override
  public InternalCursor leaf() {
    return source.leaf();
  }

  private boolean endAtUpper(boolean onEntry) {
    return valid = onEntry && (upper == null || below(upper, upperHead));
  }

  private boolean endAtLower(boolean onEntry) {
    return valid = onEntry && (lower == null || !below(lower, lowerHead));
  }

  /** Tells whether the current key is less than a bound. */
  private boolean below(byte[] bound, long boundHead) {
    byte[] key = source.key();
    int length = source.keyLength();
    long head = Bytes.head(key, 0, length);
    return head == boundHead
        ? Bytes.compare(key, length, bound, bound.length) < 0
        : Long.compareUnsigned(head, boundHead) < 0;
  }

  @Override
  public boolean valid() {
    return valid;
  }

  @Override
  public byte[] key() {
    return source.key();
  }

  @Override
  public int keyLength() {
    return source.keyLength();
  }

  @Override
  public boolean tombstone() {
    return source.tombstone();
  }

  @Override
  public long sequence() {
    return source.sequence();
  }

  @Override
  public MemorySegment valueMemory() {
    return source.valueMemory();
  }

  @Override
  public long valueOffset() {
    return source.valueOffset();
  }

  @Override
  public int valueLength() {
    return source.valueLength();
  }

  @Override
  public boolean distinctKeys() {
    return source.distinctKeys();
  }

  @Override
  public void close() {
    source.close();
  }
}
