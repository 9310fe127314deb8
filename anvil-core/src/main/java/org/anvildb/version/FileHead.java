package org.anvildb.version;

import java.util.UUID;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;

/**
 * The first 48 bytes of {@code CURRENT} (which has no others) and of a manifest.
 *
 * <pre>
 *  0        8        12       16        24               40     44
 * +--------+--------+--------+---------+----------------+------+-------+
 * | magic  | format | 0      | number  | database id    | 0    | crc   |
 * | 8      | 4      | 4      | 8       | 16             | 4    | 4     |
 * +--------+--------+--------+---------+----------------+------+-------+
 * </pre>
 *
 * <p>The checksum covers the bytes before it. This picture stays the same in all formats to come,
 * so that an old library can tell what it can't read. The database id keeps a manifest of another
 * database from being taken for ours.
 *
 * @param number in {@code CURRENT} the number of the manifest in force, in a manifest its own
 * @param databaseId drawn when the database was created
 */
record FileHead(long number, UUID databaseId) {
  /** The magic of {@code CURRENT}. */
  static final String CURRENT_MAGIC = "ANVILCUR";

  /** The magic of a manifest. */
  static final String MANIFEST_MAGIC = "ANVILMAN";

  /** The newest format that this library writes and reads. */
  static final int FORMAT = 1;

  static final int BYTES = 48;

  private static final int MAGIC_BYTES = 8;
  private static final int FORMAT_AT = 8;
  private static final int NUMBER_AT = 16;
  private static final int ID_AT = 24;
  private static final int CRC_AT = 44;

  /**
   * Tells whether another head has the same number and database. Not {@code equals}: that of a
   * record is linked at its first call, which took 12 ms of an opening.
   */
  boolean isSame(FileHead other) {
    return number == other.number
        && databaseId.getMostSignificantBits() == other.databaseId.getMostSignificantBits()
        && databaseId.getLeastSignificantBits() == other.databaseId.getLeastSignificantBits();
  }

  byte[] encode(String magic) {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < MAGIC_BYTES; i++) {
      bytes[i] = (byte) magic.charAt(i);
    }
    Bytes.putInt(bytes, FORMAT_AT, FORMAT);
    Bytes.putLong(bytes, NUMBER_AT, number);
    Bytes.putLong(bytes, ID_AT, databaseId.getMostSignificantBits());
    Bytes.putLong(bytes, ID_AT + Long.BYTES, databaseId.getLeastSignificantBits());
    Bytes.putInt(bytes, CRC_AT, Checksum.of(bytes, 0, CRC_AT));
    return bytes;
  }

  static FileHead decode(String file, byte[] bytes, String magic) {
    if (bytes.length < BYTES) {
      throw new CorruptionException(
          file, bytes.length, "ends within its head of " + BYTES + " bytes; run repair");
    }
    for (int i = 0; i < MAGIC_BYTES; i++) {
      if (bytes[i] != (byte) magic.charAt(i)) {
        throw new CorruptionException(
            file, i, "does not start with " + magic + "; restore it or run repair");
      }
    }
    if (Bytes.getInt(bytes, CRC_AT) != Checksum.of(bytes, 0, CRC_AT)) {
      throw new CorruptionException(file, 0, "the checksum of the head is wrong; run repair");
    }
    int format = Bytes.getInt(bytes, FORMAT_AT);
    if (format != FORMAT) {
      throw new FormatException(
          file
              + ": written by format "
              + Integer.toUnsignedString(format)
              + ", this library reads <= "
              + FORMAT
              + "; open it with a newer version of the library");
    }
    long number = Bytes.getLong(bytes, NUMBER_AT);
    if (number <= 0) {
      throw new CorruptionException(
          file, NUMBER_AT, "the number of the manifest is " + number + "; run repair");
    }
    return new FileHead(
        number, new UUID(Bytes.getLong(bytes, ID_AT), Bytes.getLong(bytes, ID_AT + Long.BYTES)));
  }
}
