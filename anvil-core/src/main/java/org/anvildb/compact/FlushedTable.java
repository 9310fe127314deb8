package org.anvildb.compact;

import org.anvildb.table.TableMeta;

/**
 * A table that a flush made.
 *
 * @param keyspace the id of the keyspace that it belongs to
 * @param meta the table
 * @param isHashed whether the hashes of its keys are known
 */
public record FlushedTable(int keyspace, TableMeta meta, boolean isHashed) {}
