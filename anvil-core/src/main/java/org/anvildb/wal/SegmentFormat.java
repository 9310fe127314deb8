package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a WAL segment: a header of one page, then records (see {@link RecordFormat}) whose
 * bodies are batches (see {@link BatchFormat}).
 *
 * <pre>
 *  0          8         12     16         24        32            40            48         56 .. 4092
 *  +----------+---------+------+----------+---------+-------------+-------------+----------+------+--------+
 *  | magic    | version | zero | database | segment | predecessor | its final   | first    | zero | CRC32C |
 *  | ANVILWAL |         |      | id       | number  | number or 0 | length or 0 | sequence |      | 0-4091 |
 *  +----------+---------+------+----------+---------+-------------+-------------+----------+------+--------+
 * </pre>
 *
 * The header is written once, when the segment follows its predecessor, and never changes; it has a
 * page of its own so that no later write touches the sectors that hold it. The predecessor's last
 * sequence number is one less than the first of this segment.
 */
public final class SegmentFormat {
  /** The header page; the first record starts here. */
  public static final int HEADER_BYTES = 4096;

  /** The version that this code writes. */
  public static final int VERSION = 1;

  /** How a segment's file name ends. */
  public static final String SUFFIX = ".wal";

  /** "ANVILWAL" as little-endian bytes. */
  static final long MAGIC = 0x4C41_574C_4956_4E41L;

  static final int MAGIC_AT = 0;
  static final int VERSION_AT = 8;
  static final int DATABASE_AT = 16;
  static final int NUMBER_AT = 24;
  static final int PREDECESSOR_AT = 32;
  static final int PREDECESSOR_BYTES_AT = 40;
  static final int FIRST_SEQUENCE_AT = 48;
  static final int CRC_AT = HEADER_BYTES - 4;

  private SegmentFormat() {}

  /**
   * What a segment's header says.
   *
   * @param database the id of the database, drawn when it was created
   * @param number the segment's number, also in its name
   * @param predecessor the number of the segment before it, 0 if it starts a chain
   * @param predecessorBytes the final length of that segment: the end of its last record
   * @param firstSequence the number of the first batch
   */
  public record Header(
      long database, long number, long predecessor, long predecessorBytes, long firstSequence) {}

  /** Returns a segment's file name. */
  public static String name(long number) {
    return String.format(Locale.ROOT, "%06d%s", number, SUFFIX);
  }

  /** Returns the number in a segment's file name, -1 if it is no such name. */
  public static long number(String name) {
    int digits = name.length() - SUFFIX.length();
    if (digits < 6 || digits > 18 || !name.endsWith(SUFFIX)) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < digits; i++) {
      char c = name.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      number = 10 * number + (c - '0');
    }
    return number > 0 && name.equals(name(number)) ? number : -1;
  }

  /** Returns the numbers of the segments among file names, lowest first. */
  public static List<Long> numbers(List<String> names) {
    return names.stream().map(SegmentFormat::number).filter(n -> n > 0).sorted().toList();
  }

  /** Returns the size of a segment that has room for one record with a body of this length. */
  static long bytesFor(long bodyBytes) {
    return roundUp(HEADER_BYTES + RecordFormat.recordBytes(bodyBytes));
  }

  /** Tells whether a file has the length of a segment that was made: whole pages, and not one. */
  static boolean isMadeLength(long bytes) {
    return bytes % HEADER_BYTES == 0 && bytes > HEADER_BYTES;
  }

  /** Rounds a size up to whole pages. */
  static long roundUp(long bytes) {
    return (bytes + HEADER_BYTES - 1) / HEADER_BYTES * HEADER_BYTES;
  }

  /** Returns the header page. */
  static byte[] encode(Header header) {
    byte[] page = new byte[HEADER_BYTES];
    Bytes.putLong(page, MAGIC_AT, MAGIC);
    Bytes.putInt(page, VERSION_AT, VERSION);
    Bytes.putLong(page, DATABASE_AT, header.database());
    Bytes.putLong(page, NUMBER_AT, header.number());
    Bytes.putLong(page, PREDECESSOR_AT, header.predecessor());
    Bytes.putLong(page, PREDECESSOR_BYTES_AT, header.predecessorBytes());
    Bytes.putLong(page, FIRST_SEQUENCE_AT, header.firstSequence());
    Bytes.putInt(page, CRC_AT, Checksum.of(page, 0, CRC_AT));
    return page;
  }

  /**
   * Reads a header.
   *
   * @param name the file's name, for messages
   * @param memory the file
   * @return what it says, or null if there is none that verifies
   * @throws FormatException if a later version wrote it
   * @throws CorruptionException if it verifies, but can't be
   */
  public static @Nullable Header decode(String name, MemorySegment memory) {
    if (memory.byteSize() < HEADER_BYTES) {
      return null;
    }
    byte[] page = new byte[HEADER_BYTES];
    MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, 0, page, 0, HEADER_BYTES);
    if (Bytes.getLong(page, MAGIC_AT) != MAGIC
        || Bytes.getInt(page, CRC_AT) != Checksum.of(page, 0, CRC_AT)) {
      return null;
    }
    int version = Bytes.getInt(page, VERSION_AT);
    if (version != VERSION) {
      throw new FormatException(
          name
              + ": written by WAL format "
              + version
              + ", this library reads "
              + VERSION
              + "; nothing was changed; open it with a later release");
    }
    Header header =
        new Header(
            Bytes.getLong(page, DATABASE_AT),
            Bytes.getLong(page, NUMBER_AT),
            Bytes.getLong(page, PREDECESSOR_AT),
            Bytes.getLong(page, PREDECESSOR_BYTES_AT),
            Bytes.getLong(page, FIRST_SEQUENCE_AT));
    ensurePossible(name, header);
    return header;
  }

  private static void ensurePossible(String name, Header header) {
    long before = header.predecessorBytes();
    boolean isChainPossible =
        header.predecessor() == 0
            ? before == 0
            : before >= HEADER_BYTES && before % RecordFormat.ALIGNMENT == 0;
    if (header.number() < 1
        || header.predecessor() < 0
        || header.predecessor() >= header.number()
        || header.firstSequence() < 1
        || !isChainPossible) {
      throw new CorruptionException(
          name, 0, "the segment's header contradicts itself: " + header + "; run repair");
    }
  }
}
