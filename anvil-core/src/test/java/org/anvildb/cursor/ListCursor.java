package org.anvildb.cursor;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over a sorted list, for tests. As a table's cursor does, it overwrites its key array at
 * every move; and it checks that moves and accessors are called only where they are allowed.
 */
public final class ListCursor implements InternalCursor {
  private final List<TestEntry> entries;
  private final boolean distinctKeys;
  private final boolean plain;
  private int at = -1;
  private byte[] key = new byte[4];
  private boolean closed;

  public ListCursor(List<TestEntry> entries) {
    this.entries = entries;
    this.distinctKeys = entries.stream().map(TestEntry::key).distinct().count() == entries.size();
    this.plain =
        distinctKeys
            && entries.stream().noneMatch(entry -> entry.tombstone() || entry.sequence() > 0);
  }

  public boolean closed() {
    return closed;
  }

  @Override
  public boolean seekFirst() {
    return moveTo(0);
  }

  @Override
  public boolean seekLast() {
    return moveTo(entries.size() - 1);
  }

  @Override
  public boolean seekCeiling(byte[] target, int length) {
    return moveTo(firstAtOrAfter(target, length));
  }

  @Override
  public boolean seekLower(byte[] target, int length) {
    return moveTo(firstAtOrAfter(target, length) - 1);
  }

  private int firstAtOrAfter(byte[] target, int length) {
    if (target == key) {
      throw new IllegalArgumentException("the target is this cursor's own key array");
    }
    int i = 0;
    while (i < entries.size()
        && Arrays.compareUnsigned(
                entries.get(i).key().bytes(),
                0,
                entries.get(i).key().bytes().length,
                target,
                0,
                length)
            < 0) {
      i++;
    }
    return i;
  }

  @Override
  public boolean next() {
    entry();
    return moveTo(at + 1);
  }

  @Override
  public boolean previous() {
    entry();
    return moveTo(at - 1);
  }

  @Override
  public int stretch(byte @Nullable [] end, int endLength) {
    entry();
    int behind = end == null ? entries.size() : firstAtOrAfter(end, endLength);
    return plain ? Math.max(0, behind - at - 1) : 0;
  }

  private boolean moveTo(int index) {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    at = index < 0 || index >= entries.size() ? -1 : index;
    Arrays.fill(key, (byte) 0x55);
    if (at < 0) {
      return false;
    }
    byte[] bytes = entry().key().bytes();
    if (key.length < bytes.length) {
      key = new byte[bytes.length + 3];
    }
    System.arraycopy(bytes, 0, key, 0, bytes.length);
    return true;
  }

  private TestEntry entry() {
    if (at < 0) {
      throw new IllegalStateException("the cursor stands on no entry");
    }
    return entries.get(at);
  }

  @Override
  public boolean valid() {
    return at >= 0;
  }

  @Override
  public byte[] key() {
    entry();
    return key;
  }

  @Override
  public int keyLength() {
    return entry().key().bytes().length;
  }

  @Override
  public boolean tombstone() {
    return entry().tombstone();
  }

  @Override
  public long sequence() {
    return entry().sequence();
  }

  @Override
  public MemorySegment valueMemory() {
    return MemorySegment.ofArray(entry().value().bytes());
  }

  @Override
  public long valueOffset() {
    entry();
    return 0;
  }

  @Override
  public int valueLength() {
    return entry().value().bytes().length;
  }

  @Override
  public boolean distinctKeys() {
    return distinctKeys;
  }

  @Override
  public void close() {
    closed = true;
  }
}
