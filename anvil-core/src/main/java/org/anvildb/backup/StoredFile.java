package org.anvildb.backup;

import org.anvildb.version.FileName;

/**
 * A file of a database, as it is kept in a backup directory.
 *
 * @param kind what it is in the database
 * @param number its number there; 0 for a kind that has none
 * @param bytes its length
 * @param checksum the CRC32C of all of it
 * @param footerChecksum of a table, what tells it from every other table; else 0
 * @param stored the number in its name in the backup directory
 */
record StoredFile(
    FileName.Kind kind, long number, long bytes, int checksum, int footerChecksum, long stored) {
  /** Returns the name that it had in the database, and gets again when it is restored. */
  String name() {
    return new FileName(kind, number).text();
  }

  /** Returns the name that it has in the backup directory. */
  String storedName() {
    return BackupFormat.storedName(stored);
  }
}
