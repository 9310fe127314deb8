package org.anvildb.table;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;

/**
 * The header of one entry of a table, to guess that others have the same: keys and values are often
 * of one length. Immutable.
 */
final class UsualHeader {
  /** The header, decoded. */
  final long header;

  private final long mask;
  private final long encoded;
  private final long bytes;

  /** Notes the header of an entry, which is sound. */
  UsualHeader(MemorySegment memory, long entry, long header) {
    int size = EntryFormat.bytes(header);
    this.header = header;
    this.mask = size < Long.BYTES ? (1L << Byte.SIZE * size) - 1 : 0;
    this.encoded = memory.get(Bytes.LE_LONG, entry) & mask;
    this.bytes = (long) size + EntryFormat.suffixLength(header) + EntryFormat.valueLength(header);
  }

  /** Tells whether an entry has the same header, and ends where it may. */
  boolean isAt(MemorySegment memory, long entry, long end) {
    return mask != 0
        && (memory.get(Bytes.LE_LONG, entry) & mask) == encoded
        && entry + bytes <= end;
  }
}
