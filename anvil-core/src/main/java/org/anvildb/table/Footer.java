package org.anvildb.table;

import org.anvildb.api.CorruptionException;
import org.anvildb.api.FormatException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;

/**
 * The last 64 bytes of a table: where its sections are.
 *
 * <pre>
 *   0  table number                 8 bytes
 *   8  block index: offset, length  4 + 4
 *  16  filter: offset, length       4 + 4   (point index or Bloom filter; length 0: none)
 *  24  properties: offset, length   4 + 4
 *  32  checksums: offset, length    4 + 4
 *  40  CRC32C of the checksums      4
 *  44  page size                    4
 *  48  format version: 1, or 2 if compressed blocks are lean
 *  52  magic "ANVILSST"             8
 *  60  CRC32C of the 60 bytes above 4
 * </pre>
 */
record Footer(
    int version,
    long number,
    long indexOffset,
    long indexBytes,
    long filterOffset,
    long filterBytes,
    long propertiesOffset,
    long propertiesBytes,
    long checksumsOffset,
    long checksumsBytes,
    int checksumsChecksum) {
  private static final int BYTES = TableFormat.FOOTER_BYTES;

  /** Returns the checksum of an encoded footer, which stands at its end. */
  static int checksum(byte[] encoded) {
    return Bytes.getInt(encoded, 60);
  }

  /** Encodes the footer, its checksum included. */
  byte[] encode() {
    byte[] b = new byte[BYTES];
    Bytes.putLong(b, 0, number);
    putSection(b, 8, indexOffset, indexBytes);
    putSection(b, 16, filterOffset, filterBytes);
    putSection(b, 24, propertiesOffset, propertiesBytes);
    putSection(b, 32, checksumsOffset, checksumsBytes);
    Bytes.putInt(b, 40, checksumsChecksum);
    Bytes.putInt(b, 44, TableFormat.PAGE_BYTES);
    Bytes.putInt(b, 48, version);
    Bytes.putLong(b, 52, TableFormat.MAGIC);
    Bytes.putInt(b, 60, Checksum.of(b, 0, 60));
    return b;
  }

  private static void putSection(byte[] b, int at, long offset, long length) {
    Bytes.putInt(b, at, (int) offset);
    Bytes.putInt(b, at + 4, (int) length);
  }

  /**
   * Decodes a footer and checks it against what the manifest says.
   *
   * @throws CorruptionException if it is damaged, or belongs to another file
   * @throws FormatException if it is sound but of another format
   */
  static Footer decode(byte[] b, TableMeta meta) {
    String file = meta.fileName();
    long at = meta.fileBytes() - BYTES;
    int computed = Checksum.of(b, 0, 60);
    if (Bytes.getLong(b, 52) != TableFormat.MAGIC) {
      throw new CorruptionException(file, at, "no footer of a table; " + Pages.ADVICE);
    }
    if (checksum(b) != computed) {
      throw Pages.mismatch(file, at, "footer", checksum(b), computed);
    }
    int version = Bytes.getInt(b, 48);
    if (version != TableFormat.VERSION && version != TableFormat.LEAN_VERSION) {
      throw new FormatException(
          file
              + " has table format "
              + Integer.toUnsignedString(version)
              + ", this version reads formats "
              + TableFormat.VERSION
              + " and "
              + TableFormat.LEAN_VERSION
              + ": use the version of AnvilDB that wrote it");
    }
    if (computed != meta.footerChecksum() || Bytes.getLong(b, 0) != meta.number()) {
      throw new CorruptionException(
          file, at, "the file is sound, but not the one that the manifest names; " + Pages.ADVICE);
    }
    Footer footer =
        new Footer(
            version,
            Bytes.getLong(b, 0),
            u32(b, 8),
            u32(b, 12),
            u32(b, 16),
            u32(b, 20),
            u32(b, 24),
            u32(b, 28),
            u32(b, 32),
            u32(b, 36),
            Bytes.getInt(b, 40));
    if (Bytes.getInt(b, 44) != TableFormat.PAGE_BYTES || !footer.fits(meta.fileBytes())) {
      throw new CorruptionException(file, at, "the footer contradicts itself; " + Pages.ADVICE);
    }
    return footer;
  }

  private static long u32(byte[] b, int at) {
    return Integer.toUnsignedLong(Bytes.getInt(b, at));
  }

  private boolean fits(long fileBytes) {
    return indexOffset + indexBytes <= filterOffset
        && filterOffset + filterBytes <= propertiesOffset
        && propertiesOffset + propertiesBytes <= checksumsOffset
        && propertiesBytes <= TableProperties.MAX_BYTES
        && filterOffset % TableFormat.LINE_BYTES == 0
        && checksumsBytes == 4L * TableFormat.pages(checksumsOffset)
        && checksumsOffset + checksumsBytes + BYTES == fileBytes;
  }
}
