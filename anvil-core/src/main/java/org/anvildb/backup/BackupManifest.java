package org.anvildb.backup;

import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * What one backup consists of. Immutable.
 *
 * @param number the number of the backup
 * @param createdMillis when it was begun, in milliseconds since 1970
 * @param databaseId which database it is of
 * @param lastSequence the newest batch in it
 * @param files all files of the database
 */
record BackupManifest(
    long number, long createdMillis, UUID databaseId, long lastSequence, List<StoredFile> files) {
  BackupManifest {
    files = List.copyOf(files);
  }

  BackupInfo info() {
    long bytes = 0;
    for (StoredFile file : files) {
      bytes += file.bytes();
    }
    return new BackupInfo(
        number, Instant.ofEpochMilli(createdMillis), databaseId, lastSequence, files.size(), bytes);
  }
}
