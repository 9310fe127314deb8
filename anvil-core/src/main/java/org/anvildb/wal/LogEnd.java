package org.anvildb.wal;

/**
 * Where a log ends that was replayed.
 *
 * @param segment the number of its last segment
 * @param bytes the end of the last record there that is part of history, in bytes
 */
public record LogEnd(long segment, long bytes) {}
