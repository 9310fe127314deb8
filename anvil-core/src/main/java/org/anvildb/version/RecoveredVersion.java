package org.anvildb.version;

/**
 * What a manifest tells.
 *
 * @param version the version after its last whole record
 * @param manifest the number of the manifest
 * @param records how many lists of edits it has, its snapshot among them
 * @param tornBytes how many bytes behind the last whole record were dropped: the start of an edit
 *     that a crash cut off before anybody could rely on it
 */
public record RecoveredVersion(Version version, long manifest, long records, long tornBytes) {}
