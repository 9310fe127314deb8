package org.anvildb.proof;

import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.log.RecordFormat;

/**
 * Makes every checksum of a changed file right again, as one who means harm would: what the checks
 * behind the checksums find is then all that stands in the way.
 */
final class Reseal {
  private static final int TABLE_PAGE = 16 << 10;
  private static final int FOOTER = 64;
  private static final int HEAD = 48;
  private static final int SEGMENT_PAGE = 4096;

  private Reseal() {}

  /** Seals a table, as far as its footer tells where its parts are; returns the new checksum. */
  static int table(byte[] file) {
    int footer = file.length - FOOTER;
    int checksums = Bytes.getInt(file, footer + 32);
    int length = Bytes.getInt(file, footer + 36);
    boolean fits = checksums >= 0 && length >= 0 && (long) checksums + length <= footer;
    if (fits) {
      for (int page = 0; page * TABLE_PAGE < checksums && 4 * page + 4 <= length; page++) {
        int start = page * TABLE_PAGE;
        int bytes = Math.min(TABLE_PAGE, checksums - start);
        Bytes.putInt(file, checksums + 4 * page, Checksum.of(file, start, bytes));
      }
      Bytes.putInt(file, footer + 40, Checksum.of(file, checksums, length));
    }
    int checksum = Checksum.of(file, footer, 60);
    Bytes.putInt(file, footer + 60, checksum);
    return checksum;
  }

  /** Returns the checksum in a table's footer. */
  static int footerChecksum(byte[] file) {
    return Bytes.getInt(file, file.length - 4);
  }

  /** Seals the head of CURRENT or of a manifest. */
  static void head(byte[] file) {
    if (file.length >= HEAD) {
      Bytes.putInt(file, 44, Checksum.of(file, 0, 44));
    }
  }

  /** Seals head and records of a manifest. */
  static void manifest(byte[] file) {
    head(file);
    long high = Bytes.getLong(file, 24);
    long low = Bytes.getLong(file, 32);
    records(file, HEAD, RecordFormat.salt(high ^ low, Bytes.getLong(file, 16)));
  }

  /** Seals header and records of a log segment. */
  static void segment(byte[] file) {
    if (file.length < SEGMENT_PAGE) {
      return;
    }
    Bytes.putInt(file, SEGMENT_PAGE - 4, Checksum.of(file, 0, SEGMENT_PAGE - 4));
    long salt = RecordFormat.salt(Bytes.getLong(file, 16), Bytes.getLong(file, 24));
    records(file, SEGMENT_PAGE, salt);
  }

  private static void records(byte[] file, int from, long salt) {
    int at = from;
    while (at + RecordFormat.HEADER_BYTES <= file.length && Bytes.getLong(file, at) != 0) {
      int length = Bytes.getInt(file, at + 4);
      int room = file.length - at - RecordFormat.HEADER_BYTES;
      int body = at + RecordFormat.HEADER_BYTES;
      int crc = length >= 0 && length <= room ? Checksum.of(file, body, length) : 0;
      byte[] lead = new byte[RecordFormat.LEAD_BYTES + RecordFormat.HEADER_BYTES];
      System.arraycopy(file, at, lead, RecordFormat.LEAD_BYTES, RecordFormat.HEADER_BYTES);
      Bytes.putInt(lead, RecordFormat.LEAD_BYTES + 8, length == 0 ? 0 : crc);
      Bytes.putLong(lead, 0, salt);
      int sum = Checksum.of(lead, 0, lead.length);
      System.arraycopy(lead, RecordFormat.LEAD_BYTES, file, at, RecordFormat.HEADER_BYTES);
      Bytes.putInt(file, at, sum);
      if (length < 0 || length > room) {
        return;
      }
      at += (int) RecordFormat.recordBytes(length);
    }
  }

  /** Replaces the checksum of a table in a manifest; returns whether it was there. */
  static boolean name(byte[] manifest, int old, int checksum) {
    boolean isFound = false;
    for (int at = HEAD; at + 4 <= manifest.length; at++) {
      if (Bytes.getInt(manifest, at) == old) {
        Bytes.putInt(manifest, at, checksum);
        isFound = true;
      }
    }
    manifest(manifest);
    return isFound;
  }
}
