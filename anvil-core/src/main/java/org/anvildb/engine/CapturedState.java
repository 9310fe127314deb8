package org.anvildb.engine;

/**
 * All of the database at one moment: the tables of a version, and of the log what is in none of
 * them.
 *
 * @param state the memtables and tables, retained for the holder, who must release it; so no file
 *     of them is deleted, and no log segment recycled
 * @param limit the end of what was written to the active memtable's segment, in bytes
 * @param sequence the newest batch
 */
record CapturedState(ReadState state, long limit, long sequence) {}
