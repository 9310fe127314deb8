package org.anvildb.log;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.UUID;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;

/**
 * The layout of a record in a log file: of a batch in the write-ahead log, of an edit in the
 * manifest.
 *
 * <pre>
 *  0        4        8        12          16           24          28       32
 *  +--------+--------+--------+-----------+------------+-----------+--------+------+-----+
 *  | CRC32C | length | CRC32C | operation | sequence   | synced up | zero   | body | pad |
 *  | header | body   | body   | count     | number     | to, / 8   |        |      |     |
 *  +--------+--------+--------+-----------+------------+-----------+--------+------+-----+
 * </pre>
 *
 * Records start at multiples of 8; the pad is zero. A first long of zero (no checksum, no length)
 * is the end of the log. The header's checksum covers the file's salt and bytes 4 to 31, so a
 * record verifies only in the file that it was written for: bytes that a recycled file still holds,
 * or that came from another file, never do. The body's checksum has no salt, so it can be computed
 * before the file is known; it is bound to the place by the header that holds it.
 *
 * <p><em>Synced up to</em> says how much of this file was known to be on disk when the record was
 * written. It is what tells damage (below it) from a tail that a crash tore (above it).
 *
 * <p>A <em>mark</em> is a record without operations and body that repeats the last sequence number:
 * it carries nothing but its synced-up-to offset. A log that was closed in good order ends with
 * one.
 */
public final class RecordFormat {
  /** What precedes the body. */
  public static final int HEADER_BYTES = 32;

  /** Records start at multiples of this. */
  public static final int ALIGNMENT = 8;

  /** The unit of the synced-up-to offset, as a shift. */
  public static final int SYNCED_SHIFT = 3;

  /** The free bytes that {@link #putHeader} needs before a header in an array. */
  public static final int LEAD_BYTES = 4;

  /** The longest body. */
  public static final int MAX_BODY_BYTES = Integer.MAX_VALUE - (1 << 20);

  static final int CRC = 0;
  static final int LENGTH = 4;
  static final int BODY_CRC = 8;
  static final int COUNT = 12;
  static final int SEQUENCE = 16;
  static final int SYNCED = 24;
  static final int ZERO = 28;

  private RecordFormat() {}

  /** Returns the number by which files name their database, for {@link #salt} among others. */
  public static long shortId(UUID database) {
    return database.getMostSignificantBits() ^ database.getLeastSignificantBits();
  }

  /** Returns the salt of a file: it differs between databases and between files of one. */
  public static long salt(long database, long fileNumber) {
    long h = database ^ fileNumber * 0x9E37_79B9_7F4A_7C15L;
    h = (h ^ h >>> 30) * 0xBF58_476D_1CE4_E5B9L;
    h = (h ^ h >>> 27) * 0x94D0_49BB_1331_11EBL;
    return h ^ h >>> 31;
  }

  /** Returns the space that a record takes. */
  public static long recordBytes(long bodyBytes) {
    return align(HEADER_BYTES + bodyBytes);
  }

  /** Rounds up to a multiple of {@link #ALIGNMENT}. */
  public static long align(long bytes) {
    return (bytes + (ALIGNMENT - 1)) & -ALIGNMENT;
  }

  /**
   * Writes a header into an array. The {@link #LEAD_BYTES} before it are overwritten: the salt is
   * laid down there and over the checksum's place, so that one run over the array covers salt and
   * header.
   */
  public static void putHeader(
      byte[] target,
      int at,
      long salt,
      int bodyLength,
      int bodyCrc,
      int count,
      long sequence,
      long syncedUpTo) {
    Bytes.putInt(target, at + LENGTH, bodyLength);
    Bytes.putInt(target, at + BODY_CRC, bodyCrc);
    Bytes.putInt(target, at + COUNT, count);
    Bytes.putLong(target, at + SEQUENCE, sequence);
    Bytes.putInt(target, at + SYNCED, (int) (syncedUpTo >>> SYNCED_SHIFT));
    Bytes.putInt(target, at + ZERO, 0);
    Bytes.putInt(target, at + CRC, checksum(target, at, salt));
  }

  /**
   * Tells whether a header in an array was written for the file with this salt. Like {@link
   * #putHeader}, needs {@link #LEAD_BYTES} before it.
   */
  static boolean verifies(byte[] header, int at, long salt) {
    int stored = Bytes.getInt(header, at + CRC);
    int computed = checksum(header, at, salt);
    Bytes.putInt(header, at + CRC, stored);
    return stored == computed;
  }

  /** Copies a header out of memory, since checksums are computed on the heap alone. */
  static void copyHeader(MemorySegment memory, long from, byte[] target) {
    MemorySegment.copy(
        memory, ValueLayout.JAVA_BYTE, from, target, LEAD_BYTES, RecordFormat.HEADER_BYTES);
  }

  private static int checksum(byte[] header, int at, long salt) {
    Bytes.putLong(header, at - LEAD_BYTES, salt);
    return Checksum.of(header, at - LEAD_BYTES, LEAD_BYTES + HEADER_BYTES);
  }
}
