package org.anvildb.backup;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.version.FileName;
import org.jspecify.annotations.Nullable;

/**
 * The layout of a backup's manifest, and the names in a backup directory. No state.
 *
 * <pre>
 *  0          8        12     16       24        32           48         56      60   64
 * +----------+--------+------+--------+---------+------------+----------+-------+----+---------+-----+
 * | ANVILBAK | format | 0    | number | created | database   | last     | count | 0  | files   | crc |
 * | 8        | 4      | 4    | 8      | ms, 8   | id, 16     | seq., 8  | 4     | 4  | 40 each | 4   |
 * +----------+--------+------+--------+---------+------------+----------+-------+----+---------+-----+
 *
 *  0      4       8        16       24       32        36
 * +------+-------+--------+--------+--------+---------+-----+
 * | kind | crc   | number | length | stored | footer  | 0   |
 * | 4    | 4     | 8      | 8      | 8      | crc, 4  | 4   |
 * +------+-------+--------+--------+--------+---------+-----+
 * </pre>
 *
 * <p>The last checksum covers all before it. Names are numbers alone, so no byte of it leads out of
 * a directory.
 */
final class BackupFormat {
  static final int FORMAT = 1;
  static final int HEAD_BYTES = 64;
  static final int FILE_BYTES = 40;
  static final int CRC_BYTES = 4;

  /** A manifest, before it is renamed. */
  static final String DRAFT = "BACKUP.tmp";

  /** No backup and no file gets a number above this one: names have 18 digits at most. */
  static final long NUMBER_LIMIT = 100_000_000_000_000_000L;

  private static final String PREFIX = "BACKUP-";
  private static final String SUFFIX = ".bak";
  private static final String MAGIC = "ANVILBAK";
  private static final int FORMAT_AT = 8;
  private static final int NUMBER_AT = 16;
  private static final int CREATED_AT = 24;
  private static final int ID_AT = 32;
  private static final int SEQUENCE_AT = 48;
  private static final int COUNT_AT = 56;

  private static final List<FileName.Kind> KINDS =
      List.of(
          FileName.Kind.CURRENT, FileName.Kind.MANIFEST, FileName.Kind.WAL, FileName.Kind.TABLE);

  private BackupFormat() {}

  /** Returns the name of a backup's manifest. */
  static String manifestName(long number) {
    return String.format("%s%06d", PREFIX, number);
  }

  /** Returns the name of a file that backups consist of. */
  static String storedName(long number) {
    return String.format("%06d%s", number, SUFFIX);
  }

  /** Returns the number of the backup whose manifest has a name, -1 if it is none. */
  static long manifestNumber(String name) {
    long number = name.startsWith(PREFIX) ? digits(name.substring(PREFIX.length())) : -1;
    return number > 0 && manifestName(number).equals(name) ? number : -1;
  }

  /** Returns the number of a stored file, -1 if the name is of none. */
  static long storedNumber(String name) {
    long number =
        name.endsWith(SUFFIX) ? digits(name.substring(0, name.length() - SUFFIX.length())) : -1;
    return number > 0 && storedName(number).equals(name) ? number : -1;
  }

  private static long digits(String text) {
    if (text.isEmpty() || text.length() > 18 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    return Long.parseLong(text);
  }

  static byte[] encode(BackupManifest manifest) {
    int count = manifest.files().size();
    byte[] bytes = new byte[HEAD_BYTES + count * FILE_BYTES + CRC_BYTES];
    for (int i = 0; i < MAGIC.length(); i++) {
      bytes[i] = (byte) MAGIC.charAt(i);
    }
    Bytes.putInt(bytes, FORMAT_AT, FORMAT);
    Bytes.putLong(bytes, NUMBER_AT, manifest.number());
    Bytes.putLong(bytes, CREATED_AT, manifest.createdMillis());
    Bytes.putLong(bytes, ID_AT, manifest.databaseId().getMostSignificantBits());
    Bytes.putLong(bytes, ID_AT + Long.BYTES, manifest.databaseId().getLeastSignificantBits());
    Bytes.putLong(bytes, SEQUENCE_AT, manifest.lastSequence());
    Bytes.putInt(bytes, COUNT_AT, count);
    int at = HEAD_BYTES;
    for (StoredFile file : manifest.files()) {
      Bytes.putInt(bytes, at, KINDS.indexOf(file.kind()) + 1);
      Bytes.putInt(bytes, at + 4, file.checksum());
      Bytes.putLong(bytes, at + 8, file.number());
      Bytes.putLong(bytes, at + 16, file.bytes());
      Bytes.putLong(bytes, at + 24, file.stored());
      Bytes.putInt(bytes, at + 32, file.footerChecksum());
      at += FILE_BYTES;
    }
    Bytes.putInt(bytes, at, Checksum.of(bytes, 0, at));
    return bytes;
  }

  /**
   * Reads a manifest.
   *
   * @param number the number in its name
   * @throws CorruptionException if it is damaged or contradicts itself
   * @throws FormatException if a newer library wrote it
   */
  static BackupManifest decode(long number, byte[] bytes) {
    String name = manifestName(number);
    ensureSound(name, bytes);
    int count = Bytes.getInt(bytes, COUNT_AT);
    // In longs: a count may be anything, and must not wrap around to the right length.
    if (count < 0 || HEAD_BYTES + (long) count * FILE_BYTES + CRC_BYTES != bytes.length) {
      throw damaged(name, COUNT_AT, "names " + count + " files, which its length contradicts");
    }
    if (Bytes.getLong(bytes, NUMBER_AT) != number) {
      throw damaged(name, NUMBER_AT, "is the manifest of another backup");
    }
    if (Bytes.getLong(bytes, SEQUENCE_AT) < 0) {
      throw damaged(name, SEQUENCE_AT, "has a negative sequence number");
    }
    List<StoredFile> files = new ArrayList<>();
    for (int at = HEAD_BYTES; at < bytes.length - CRC_BYTES; at += FILE_BYTES) {
      files.add(file(name, bytes, at));
    }
    ensureDatabase(name, files);
    return new BackupManifest(
        number,
        Bytes.getLong(bytes, CREATED_AT),
        new UUID(Bytes.getLong(bytes, ID_AT), Bytes.getLong(bytes, ID_AT + Long.BYTES)),
        Bytes.getLong(bytes, SEQUENCE_AT),
        files);
  }

  private static void ensureSound(String name, byte[] bytes) {
    if (bytes.length < HEAD_BYTES + CRC_BYTES) {
      throw damaged(name, bytes.length, "ends within its head");
    }
    for (int i = 0; i < MAGIC.length(); i++) {
      if (bytes[i] != (byte) MAGIC.charAt(i)) {
        throw damaged(name, i, "does not start with " + MAGIC);
      }
    }
    int end = bytes.length - CRC_BYTES;
    if (Bytes.getInt(bytes, end) != Checksum.of(bytes, 0, end)) {
      throw damaged(name, 0, "the checksum is wrong");
    }
    int format = Bytes.getInt(bytes, FORMAT_AT);
    if (format != FORMAT) {
      throw new FormatException(
          name
              + ": written by backup format "
              + Integer.toUnsignedString(format)
              + ", this library reads <= "
              + FORMAT
              + "; use a newer version of the library");
    }
  }

  private static StoredFile file(String name, byte[] bytes, int at) {
    int code = Bytes.getInt(bytes, at);
    FileName.@Nullable Kind kind = code < 1 || code > KINDS.size() ? null : KINDS.get(code - 1);
    if (kind == null) {
      throw damaged(name, at, "a file is of the unknown kind " + code);
    }
    long number = Bytes.getLong(bytes, at + 8);
    long length = Bytes.getLong(bytes, at + 16);
    long stored = Bytes.getLong(bytes, at + 24);
    boolean isNumbered = kind != FileName.Kind.CURRENT;
    if (isNumbered != number > 0 || number < 0 || number > MOST || stored < 1 || stored > MOST) {
      throw damaged(name, at, "the number of a file is impossible");
    }
    if (length < 0) {
      throw damaged(name, at, "the length of a file is negative");
    }
    return new StoredFile(
        kind, number, length, Bytes.getInt(bytes, at + 4), Bytes.getInt(bytes, at + 32), stored);
  }

  /** The largest number that a file can have in a name. */
  private static final long MOST = 999_999_999_999_999_999L;

  /** Checks that the files can be those of one database. */
  private static void ensureDatabase(String name, List<StoredFile> files) {
    Set<String> names = new HashSet<>();
    Set<Long> stored = new HashSet<>();
    int manifests = 0;
    for (StoredFile file : files) {
      if (!names.add(file.name()) || !stored.add(file.stored())) {
        throw damaged(name, HEAD_BYTES, "names a file twice");
      }
      manifests += file.kind() == FileName.Kind.MANIFEST ? 1 : 0;
    }
    if (manifests != 1 || !names.contains(FileName.Kind.CURRENT.name())) {
      throw damaged(name, HEAD_BYTES, "does not name the files that every database has");
    }
  }

  private static CorruptionException damaged(String name, long offset, String problem) {
    return new CorruptionException(
        name, offset, problem + "; this backup can't be restored, use another one");
  }
}
