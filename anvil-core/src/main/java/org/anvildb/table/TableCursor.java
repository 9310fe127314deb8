package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.cursor.InternalCursor;
import org.jspecify.annotations.Nullable;

/**
 * A cursor over a table. Not thread-safe.
 *
 * <p>The key buffer starts with the prefix that is not stored in the block; a move within a block
 * copies only the suffix behind it.
 */
final class TableCursor implements InternalCursor {
  /** Suffixes up to this length are copied 8 bytes at a time. */
  private static final int SHORT_BYTES = 48;

  private final Table table;
  private final BlockIndex index;
  private final Block block;
  private final byte[] smallest;
  private final int longestKey;
  private final byte[] key;

  /**
   * Whether there are only entries that all snapshots see, of different keys, and no tombstones.
   */
  private final boolean plain;

  /** The entry's place in the block, or -1 if the cursor stands on none. */
  private int at = -1;

  private int keyLength;
  private long header;
  private long valueOffset;

  TableCursor(Table table) {
    this.table = table;
    this.index = table.index();
    this.block = new Block(table);
    this.smallest = table.meta().smallest();
    this.longestKey = table.properties().longestKey();
    this.key = new byte[longestKey + Long.BYTES];
    this.plain = table.meta().maxSequence() == 0 && table.meta().tombstones() == 0;
  }

  @Override
  public boolean seekFirst() {
    return open(0) && read(0);
  }

  @Override
  public boolean seekLast() {
    return open(index.blocks() - 1) && read(block.count - 1);
  }

  @Override
  public boolean seekCeiling(byte[] target, int length) {
    at = -1;
    int i;
    try {
      openToSearch(target, length);
      i = block.seekCeiling(target, length);
    } catch (InternalError e) {
      throw table.unreadable(e);
    }
    return i < block.count ? read(i) : nextBlock();
  }

  @Override
  public boolean seekLower(byte[] target, int length) {
    at = -1;
    int i;
    try {
      openToSearch(target, length);
      i = block.seekLower(target, length);
    } catch (InternalError e) {
      throw table.unreadable(e);
    }
    return i > 0 ? read(i - 1) : previousBlock();
  }

  /** Opens the block that holds the place of a key. */
  private void openToSearch(byte[] target, int length) {
    int ordinal = index.find(target, length);
    if (block.ordinal() != ordinal) {
      block.openToSearch(ordinal);
      copyPrefix();
    }
  }

  @Override
  public boolean next() {
    int i = at + 1;
    return i < block.count ? read(i) : nextBlock();
  }

  @Override
  public boolean previous() {
    return at > 0 ? read(at - 1) : previousBlock();
  }

  @Override
  public int stretch(byte @Nullable [] end, int endLength) {
    if (at < 0 || !plain) {
      return 0;
    }
    try {
      int next = end == null ? block.count : block.lowerBoundFrom(at + 1, end, endLength);
      return Math.max(0, next - 1 - at);
    } catch (InternalError e) {
      throw table.unreadable(e);
    }
  }

  private boolean nextBlock() {
    int next = block.ordinal() + 1;
    at = -1;
    return next < index.blocks() && open(next) && read(0);
  }

  private boolean previousBlock() {
    int previous = block.ordinal() - 1;
    at = -1;
    if (previous < 0) {
      return false;
    }
    try {
      block.openToReadBackwards(previous);
    } catch (InternalError e) {
      throw table.unreadable(e);
    }
    copyPrefix();
    return read(block.count - 1);
  }

  private boolean open(int ordinal) {
    at = -1;
    if (block.ordinal() != ordinal) {
      try {
        block.open(ordinal);
      } catch (InternalError e) {
        throw table.unreadable(e);
      }
      copyPrefix();
    }
    return true;
  }

  private void copyPrefix() {
    System.arraycopy(smallest, 0, key, 0, block.tablePrefix);
  }

  private boolean read(int i) {
    try {
      long entry = block.entry(i);
      long h = block.header(entry);
      int suffixLength = EntryFormat.suffixLength(h);
      int prefix = block.tablePrefix;
      if (prefix + suffixLength > longestKey) {
        throw block.corrupt("has a key that is longer than the longest");
      }
      if (plain && EntryFormat.tombstone(h)) {
        throw block.corrupt("has a tombstone, and its table has none");
      }
      long suffix = entry + EntryFormat.bytes(h);
      copy(suffix, prefix, suffixLength);
      at = i;
      keyLength = prefix + suffixLength;
      header = h;
      valueOffset = suffix + suffixLength;
      return true;
    } catch (InternalError e) {
      at = -1;
      throw table.unreadable(e);
    } catch (CorruptionException e) {
      at = -1;
      throw e;
    }
  }

  /**
   * Copies bytes into the key. Up to 16 without a loop, which takes longer than two steps of it;
   * then 8 at a time, which ends in slack on both sides.
   */
  private void copy(long from, int to, int length) {
    MemorySegment memory = block.memory;
    if (length <= 2 * Long.BYTES) {
      Bytes.putLong(key, to, memory.get(Bytes.LE_LONG, from));
      if (length > Long.BYTES) {
        int last = length - Long.BYTES;
        Bytes.putLong(key, to + last, memory.get(Bytes.LE_LONG, from + last));
      }
      return;
    }
    if (length > SHORT_BYTES) {
      MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, from, key, to, length);
      return;
    }
    for (int i = 0; i < length; i += Long.BYTES) {
      Bytes.putLong(key, to + i, memory.get(Bytes.LE_LONG, from + i));
    }
  }

  @Override
  public boolean valid() {
    return at >= 0;
  }

  @Override
  public byte[] key() {
    return key;
  }

  @Override
  public int keyLength() {
    return keyLength;
  }

  @Override
  public boolean tombstone() {
    return EntryFormat.tombstone(header);
  }

  @Override
  public long sequence() {
    return block.sequence(at);
  }

  @Override
  public MemorySegment valueMemory() {
    return block.memory;
  }

  @Override
  public long valueOffset() {
    return valueOffset;
  }

  @Override
  public int valueLength() {
    return EntryFormat.valueLength(header);
  }

  @Override
  public boolean distinctKeys() {
    return table.meta().maxSequence() == 0;
  }

  @Override
  public void close() {
    at = -1;
  }
}
