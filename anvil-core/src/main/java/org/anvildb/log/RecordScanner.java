package org.anvildb.log;

import java.lang.foreign.MemorySegment;
import org.anvildb.bytes.Bytes;

/**
 * Searches bytes behind a bad record for later ones that verify. They are evidence: a record that
 * says that the log was synced beyond the bad place proves that the place was damaged after it had
 * been on disk.
 *
 * <p>A header may start at each 8 bytes. Its sequence number must lie in a narrow range, which
 * nearly no other bytes do, so a checksum is computed hardly ever. The numbers are looked at in an
 * array, since a scan comes at an opening, when hardly anything is compiled: an array costs the
 * interpreter a few nanoseconds a number, an access to a segment fifty.
 */
public final class RecordScanner {
  /** How many places are looked at in one go. */
  private static final int SLOTS = 4096;

  /** How many of them are skipped at once where all is zero. */
  private static final int ZERO_SLOTS = 8;

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
    long[] sequences = new long[SLOTS];
    int records = 0;
    long end = 0;
    long syncedUpTo = 0;
    long last = Math.min(to, memory.byteSize()) - RecordFormat.HEADER_BYTES;
    long at = RecordFormat.align(from);
    while (at <= last) {
      int count = (int) Math.min(SLOTS, (last - at) / RecordFormat.ALIGNMENT + 1);
      MemorySegment.copy(memory, Bytes.LE_LONG, at + RecordFormat.SEQUENCE, sequences, 0, count);
      long next = at + (long) count * RecordFormat.ALIGNMENT;
      int slot = candidate(sequences, 0, count, minSequence, maxSequence);
      while (slot < count) {
        long start = at + (long) slot * RecordFormat.ALIGNMENT;
        RecordFormat.copyHeader(memory, start, header);
        if (RecordFormat.verifies(header, RecordFormat.LEAD_BYTES, salt)) {
          records++;
          long synced = Bytes.getInt(header, RecordFormat.LEAD_BYTES + RecordFormat.SYNCED);
          syncedUpTo = Math.max(syncedUpTo, (synced & 0xffff_ffffL) << RecordFormat.SYNCED_SHIFT);
          long length = Bytes.getInt(header, RecordFormat.LEAD_BYTES + RecordFormat.LENGTH);
          next = start + RecordFormat.recordBytes(length & 0xffff_ffffL);
          end = Math.min(next, to);
          break;
        }
        slot = candidate(sequences, slot + 1, count, minSequence, maxSequence);
      }
      at = next;
    }
    return new Found(records, end, syncedUpTo);
  }

  /** Returns the next slot whose sequence number is in range, or the count. */
  private static int candidate(long[] sequences, int from, int count, long min, long max) {
    int slot = from;
    while (slot < count) {
      if (count - slot >= ZERO_SLOTS && isZero(sequences, slot)) {
        slot += ZERO_SLOTS;
        continue;
      }
      int end = Math.min(count, slot + ZERO_SLOTS);
      for (; slot < end; slot++) {
        if (sequences[slot] >= min && sequences[slot] <= max) {
          return slot;
        }
      }
    }
    return count;
  }

  private static boolean isZero(long[] numbers, int i) {
    return (numbers[i]
            | numbers[i + 1]
            | numbers[i + 2]
            | numbers[i + 3]
            | numbers[i + 4]
            | numbers[i + 5]
            | numbers[i + 6]
            | numbers[i + 7])
        == 0;
  }
}
