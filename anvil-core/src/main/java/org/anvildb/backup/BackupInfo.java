package org.anvildb.backup;

import java.time.Instant;
import java.util.UUID;

/**
 * What is known of a backup without reading its files.
 *
 * @param number its number in its directory; a later backup has a higher one
 * @param createdAt when it was begun
 * @param databaseId which database it is of
 * @param lastSequence the newest batch in it
 * @param files how many files it consists of
 * @param bytes their length; several backups may share some of them
 */
public record BackupInfo(
    long number, Instant createdAt, UUID databaseId, long lastSequence, int files, long bytes) {}
