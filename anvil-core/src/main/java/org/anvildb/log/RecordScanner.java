package org.anvildb.log;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;

/**
 * Searches bytes behind a bad record for later ones that verify. They are evidence: a record that
 * says that the log was synced beyond the bad place proves that the place was damaged after it had
 * been on disk.
 *
 * <p>A header may start at each 8 bytes. Its sequence number must lie in a narrow range, which
 * nearly no other bytes do, so a checksum is computed hardly ever; pages of zeros are skipped as a
 * whole.
 */
public final class RecordScanner {
  private static final int PAGE_BYTES = 4096;
  private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[PAGE_BYTES]);

  private RecordScanner() {}

  /**
   * What was found.
   *
   * @param records how many headers verify
   * @param end the end of the last one's record as its header has it, cut at the end of the search;
   *     0 if there is none
   * @param syncedUpTo the highest synced-up-to offset among them, in bytes
   */
  public record Found(int records, long end, long syncedUpTo) {}

  /**
   * Searches a range of a file.
   *
   * @param memory the file
   * @param salt the file's salt
   * @param from where to start
   * @param to where to end
   * @param minSequence the lowest sequence number that a record there can have
   * @param maxSequence the highest
   */
  public static Found scan(
      MemorySegment memory, long salt, long from, long to, long minSequence, long maxSequence) {
    byte[] header = new byte[RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES];
    int records = 0;
    long end = 0;
    long syncedUpTo = 0;
    long last = Math.min(to, memory.byteSize()) - RecordFormat.HEADER_BYTES;
    long at = RecordFormat.align(from);
    while (at <= last) {
      if (isZeroPage(memory, at, last)) {
        at += PAGE_BYTES;
        continue;
      }
      long pageEnd = Math.min(last, at - at % PAGE_BYTES + PAGE_BYTES - 1);
      at = candidate(memory, at, pageEnd, minSequence, maxSequence);
      if (at > pageEnd) {
        continue;
      }
      RecordFormat.copyHeader(memory, at, header);
      if (RecordFormat.verifies(header, RecordFormat.LEAD_BYTES, salt)) {
        records++;
        long synced = Bytes.getInt(header, RecordFormat.LEAD_BYTES + RecordFormat.SYNCED);
        syncedUpTo = Math.max(syncedUpTo, (synced & 0xffff_ffffL) << RecordFormat.SYNCED_SHIFT);
        long length = Bytes.getInt(header, RecordFormat.LEAD_BYTES + RecordFormat.LENGTH);
        at += RecordFormat.recordBytes(length & 0xffff_ffffL);
        end = Math.min(at, to);
      } else {
        at += RecordFormat.ALIGNMENT;
      }
    }
    return new Found(records, end, syncedUpTo);
  }

  private static boolean isZeroPage(MemorySegment memory, long at, long last) {
    return at % PAGE_BYTES == 0
        && last - at >= PAGE_BYTES
        && MemorySegment.mismatch(memory, at, at + PAGE_BYTES, ZEROS, 0, PAGE_BYTES) < 0;
  }

  /** Returns the next place up to {@code end} whose sequence number is in range, or one behind. */
  private static long candidate(
      MemorySegment memory, long from, long end, long minSequence, long maxSequence) {
    long at = from;
    while (at <= end) {
      long sequence = memory.get(Bytes.LE_LONG, at + RecordFormat.SEQUENCE);
      if (sequence >= minSequence && sequence <= maxSequence) {
        return at;
      }
      at += RecordFormat.ALIGNMENT;
    }
    return at;
  }
}
