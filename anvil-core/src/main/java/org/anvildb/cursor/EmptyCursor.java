package org.anvildb.cursor;

import java.lang.foreign.MemorySegment;

/** A cursor without entries. Has no state, so one serves everybody. */
public final class EmptyCursor implements InternalCursor {
  /** The one instance. */
  public static final EmptyCursor INSTANCE = new EmptyCursor();

  private EmptyCursor() {}

  @Override
  public boolean seekFirst() {
    return false;
  }

  @Override
  public boolean seekLast() {
    return false;
  }

  @Override
  public boolean seekCeiling(byte[] key, int length) {
    return false;
  }

  @Override
  public boolean seekLower(byte[] key, int length) {
    return false;
  }

  @Override
  public boolean next() {
    throw noEntry();
  }

  @Override
  public boolean previous() {
    throw noEntry();
  }

  @Override
  public boolean valid() {
    return false;
  }

  @Override
  public byte[] key() {
    throw noEntry();
  }

  @Override
  public int keyLength() {
    throw noEntry();
  }

  @Override
  public boolean tombstone() {
    throw noEntry();
  }

  @Override
  public long sequence() {
    throw noEntry();
  }

  @Override
  public MemorySegment valueMemory() {
    throw noEntry();
  }

  @Override
  public long valueOffset() {
    throw noEntry();
  }

  @Override
  public int valueLength() {
    throw noEntry();
  }

  @Override
  public boolean distinctKeys() {
    return true;
  }

  @Override
  public void close() {}

  private static IllegalStateException noEntry() {
    return new IllegalStateException("an empty cursor stands on no entry");
  }
}
