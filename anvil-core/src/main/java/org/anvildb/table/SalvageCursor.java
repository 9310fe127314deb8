package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Consumer;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.Limits;
import org.anvildb.api.RepairReport.Loss;
import org.anvildb.bytes.Bytes;

/**
 * Goes forward through the entries of a damaged table, over the blocks that verify; tells what it
 * had to leave out, and between which entries. Not thread-safe; the table stays the caller's.
 *
 * <p>What it shows ascends: keys, and the versions of a key newest first. An entry that breaks that
 * order, or contradicts the limits, ends its block, whatever the checksums say.
 */
public final class SalvageCursor {
  private final Table table;
  private final Block block;
  private final Consumer<Loss> losses;
  private final int blocks;
  private byte[] key = new byte[64];
  private int keyLength;
  private boolean isTombstone;
  private long sequence;
  private long valueOffset;
  private int valueLength;

  private int ordinal = -1;
  private int at;
  private int count;
  private boolean hasEntry;
  private boolean skipped;
  private long blocksRead;

  /**
   * Makes a cursor before the first entry.
   *
   * @param table the table, open
   * @param losses takes what is left out
   */
  public SalvageCursor(Table table, Consumer<Loss> losses) {
    this.table = table;
    this.block = new Block(table);
    this.losses = losses;
    this.blocks = readIndex();
  }

  /** Returns how many blocks there are; none can be found if the index does not verify. */
  private int readIndex() {
    try {
      table.index().offset(0);
      return table.index().blocks();
    } catch (CorruptionException e) {
      lose(0, table.properties().dataBytes(), "the index of the blocks is lost: " + e.problem());
    } catch (InternalError e) {
      lose(0, table.properties().dataBytes(), table.unreadable(e).problem());
    }
    return 0;
  }

  /** Moves to the next entry; returns false if there are no more. */
  public boolean next() {
    skipped = blocks == 0;
    while (true) {
      if (at < count) {
        if (read(at++)) {
          return true;
        }
        count = 0;
      } else if (ordinal + 1 < blocks) {
        open(++ordinal);
      } else {
        return false;
      }
    }
  }

  /**
   * Tells whether something was left out directly before this entry, or before the end. If the last
   * {@link #next()} returned false it stays true for all keys behind the last entry.
   */
  public boolean skipped() {
    return skipped;
  }

  /** Tells whether nothing of the table can be found, as the index of its blocks is lost. */
  public boolean isIndexLost() {
    return blocks == 0;
  }

  /** Returns how many blocks verified so far. */
  public long blocksRead() {
    return blocksRead;
  }

  private void open(int next) {
    at = 0;
    count = 0;
    try {
      block.open(next);
      count = block.count;
      blocksRead++;
    } catch (CorruptionException e) {
      loseBlock(next, e.problem());
    } catch (InternalError e) {
      loseBlock(next, table.unreadable(e).problem());
    }
  }

  private boolean read(int i) {
    try {
      long entry = block.entry(i);
      block.checkFollows(i, entry, i == 0 ? 0 : valueOffset + valueLength);
      long header = block.header(entry);
      int suffixLength = EntryFormat.suffixLength(header);
      int length = block.tablePrefix + suffixLength;
      byte[] found = Arrays.copyOf(table.properties().smallest(), length);
      long suffix = entry + EntryFormat.bytes(header);
      MemorySegment.copy(
          block.memory, ValueLayout.JAVA_BYTE, suffix, found, block.tablePrefix, suffixLength);
      long foundSequence = block.sequence(i);
      int value = EntryFormat.valueLength(header);
      boolean deletes = EntryFormat.tombstone(header);
      if (length > Limits.MAX_KEY_BYTES || value > Limits.MAX_VALUE_BYTES) {
        throw block.corrupt("has an entry beyond the limits");
      }
      int order = hasEntry ? Bytes.compare(key, keyLength, found, length) : -1;
      if (order > 0 || order == 0 && foundSequence >= sequence) {
        throw block.corrupt("has an entry out of order");
      }
      hasEntry = true;
      key = found;
      keyLength = length;
      isTombstone = deletes;
      sequence = foundSequence;
      valueOffset = suffix + suffixLength;
      valueLength = value;
      return true;
    } catch (CorruptionException e) {
      loseBlock(ordinal, "entries from number " + i + " on: " + e.problem());
    } catch (InternalError e) {
      loseBlock(ordinal, table.unreadable(e).problem());
    }
    return false;
  }

  private void loseBlock(int lost, String reason) {
    long from = table.index().offset(lost);
    long to = table.index().offset(lost + 1);
    lose(from, Math.max(0, to - from), "a block is lost: " + reason);
  }

  private void lose(long from, long bytes, String reason) {
    skipped = true;
    losses.accept(new Loss(table.meta().fileName(), from, bytes, reason));
  }

  /** Returns the key's array, which starts with the key; valid until the next move. */
  public byte[] key() {
    return key;
  }

  /** Returns the key's length. */
  public int keyLength() {
    return keyLength;
  }

  /** Tells whether the entry deletes its key. */
  public boolean isTombstone() {
    return isTombstone;
  }

  /** Returns the entry's sequence number, which may be 0. */
  public long sequence() {
    return sequence;
  }

  /**
   * Returns a copy of the value.
   *
   * @throws CorruptionException if the file is cut short meanwhile
   */
  public byte[] value() {
    try {
      return Bytes.copy(block.memory, valueOffset, valueLength);
    } catch (InternalError e) {
      throw table.unreadable(e);
    }
  }
}
