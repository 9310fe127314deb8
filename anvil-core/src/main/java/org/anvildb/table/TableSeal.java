package org.anvildb.table;

import java.util.zip.CRC32C;
import org.anvildb.api.CorruptionException;
import org.anvildb.bytes.Bytes;
import org.anvildb.bytes.Checksum;
import org.anvildb.storage.Storage;

/**
 * The end of a table's file, footer and page checksums, and what it says of the rest: checked for
 * those that copy a table and don't read it. Immutable.
 *
 * <p>An open table can't answer that: it read its end when it was opened, and a page when it was
 * first used, while the file may have been damaged since. And a copy may have any name.
 */
public final class TableSeal {
  private static final int SLICE_BYTES = 64 * TableFormat.PAGE_BYTES;

  private final Storage storage;
  private final String name;
  private final TableMeta meta;
  private final byte[] footer;
  private final byte[] checksums;

  /** Where the properties begin, the last section of the pages. */
  private final long propertiesAt;

  /** Where the pages end, and the checksums begin. */
  private final long pagesEnd;

  private TableSeal(Storage storage, String name, TableMeta meta) {
    ensureSize(storage, name, meta);
    this.storage = storage;
    this.name = name;
    this.meta = meta;
    footer = read(meta.fileBytes() - TableFormat.FOOTER_BYTES, TableFormat.FOOTER_BYTES);
    Footer decoded = Footer.decode(footer, meta);
    propertiesAt = decoded.propertiesOffset();
    pagesEnd = decoded.checksumsOffset();
    checksums = read(pagesEnd, (int) decoded.checksumsBytes());
    int actual = Checksum.of(checksums, 0, checksums.length);
    if (actual != decoded.checksumsChecksum()) {
      throw Pages.mismatch(
          meta.fileName(), pagesEnd, "page checksums", decoded.checksumsChecksum(), actual);
    }
  }

  /**
   * Checks the length of a table's file and all that an opening of it reads: footer, page checksums
   * and properties. That is little, also of a large table.
   *
   * @param storage where it is, under its own name
   * @throws CorruptionException if it is missing, has another length, can't be opened
   */
  public static void checkEnd(Storage storage, TableMeta meta) {
    TableSeal seal = new TableSeal(storage, meta.fileName(), meta);
    seal.checkPages(seal.propertiesAt & -TableFormat.PAGE_BYTES);
  }

  /**
   * Reads every byte of a table's file, and compares each checksum.
   *
   * @param name its name there, be it that of a copy
   * @return the CRC32C of all of it
   * @throws CorruptionException if it is missing or damaged, or is not that table
   */
  public static int checkAll(Storage storage, String name, TableMeta meta) {
    return new TableSeal(storage, name, meta).checkPages(0);
  }

  /** Checks that a table's file is there, with its length. */
  static void ensureSize(Storage storage, String name, TableMeta meta) {
    if (!storage.exists(name)) {
      throw new CorruptionException(meta.fileName(), -1, "the table is missing; " + Pages.ADVICE);
    }
    long size = storage.size(name);
    if (size != meta.fileBytes() || size < TableFormat.FOOTER_BYTES) {
      throw new CorruptionException(
          meta.fileName(),
          -1,
          "the table has " + size + " bytes, expected " + meta.fileBytes() + "; " + Pages.ADVICE);
    }
  }

  /** Checks the pages from one on; returns the CRC32C of all that is behind its start. */
  private int checkPages(long from) {
    CRC32C all = new CRC32C();
    for (long at = from; at < pagesEnd; at += SLICE_BYTES) {
      byte[] slice = read(at, (int) Math.min(SLICE_BYTES, pagesEnd - at));
      all.update(slice, 0, slice.length);
      for (int start = 0; start < slice.length; start += TableFormat.PAGE_BYTES) {
        checkPage(at, slice, start);
      }
    }
    all.update(checksums, 0, checksums.length);
    all.update(footer, 0, footer.length);
    return (int) all.getValue();
  }

  private void checkPage(long sliceAt, byte[] slice, int start) {
    int length = Math.min(TableFormat.PAGE_BYTES, slice.length - start);
    long at = sliceAt + start;
    int expected = Bytes.getInt(checksums, (int) (at >>> TableFormat.PAGE_SHIFT) * Integer.BYTES);
    int actual = Checksum.of(slice, start, length);
    if (actual != expected) {
      throw Pages.mismatch(meta.fileName(), at, "page of " + length + " bytes", expected, actual);
    }
  }

  private byte[] read(long at, int length) {
    byte[] bytes = storage.read(name, at, length);
    if (bytes.length < length) {
      throw new CorruptionException(
          meta.fileName(), at + bytes.length, "the table was cut short here; " + Pages.ADVICE);
    }
    return bytes;
  }
}
