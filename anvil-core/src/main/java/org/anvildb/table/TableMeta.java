package org.anvildb.table;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a table without opening it: made by its writer, kept in the manifest, and
 * checked when the table is opened.
 *
 * @param number the number in the file's name
 * @param fileBytes the length of the file
 * @param entries how many entries it has, tombstones among them
 * @param tombstones how many of these are tombstones
 * @param smallest the first key; not to be changed
 * @param largest the last key; not to be changed
 * @param maxSequence the largest sequence number stored with an entry; 0 if every snapshot that was
 *     open when the table was written sees all of it
 * @param footerChecksum the checksum of the footer, which covers the checksums of all sections: no
 *     other table, and no older file of the same name, has the same
 */
public record TableMeta(
    long number,
    long fileBytes,
    long entries,
    long tombstones,
    byte[] smallest,
    byte[] largest,
    long maxSequence,
    int footerChecksum) {
  /** Returns the name of the file. */
  public String fileName() {
    return fileName(number);
  }

  /** Returns the name of the file of a number. */
  public static String fileName(long number) {
    return String.format(Locale.ROOT, "%06d.sst", number);
  }

  /** Tells whether a key lies between the first and the last key. */
  public boolean covers(byte[] key, int length) {
    return Arrays.compareUnsigned(key, 0, length, smallest, 0, smallest.length) >= 0
        && Arrays.compareUnsigned(key, 0, length, largest, 0, largest.length) <= 0;
  }

  /** Tells whether a range of keys, both ends inclusive, has a key in common with the table's. */
  public boolean overlaps(byte[] first, byte[] last) {
    return Arrays.compareUnsigned(first, largest) <= 0
        && Arrays.compareUnsigned(smallest, last) <= 0;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TableMeta that
        && number == that.number
        && fileBytes == that.fileBytes
        && entries == that.entries
        && tombstones == that.tombstones
        && Arrays.equals(smallest, that.smallest)
        && Arrays.equals(largest, that.largest)
        && maxSequence == that.maxSequence
        && footerChecksum == that.footerChecksum;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(number);
  }

  /** Tells numbers and sizes alone: keys are user data. */
  @Override
  public String toString() {
    return fileName() + " (" + entries + " entries, " + fileBytes + " bytes)";
  }
}
