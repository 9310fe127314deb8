package org.anvildb.table;

import org.anvildb.api.Codec;
import org.anvildb.api.FilterPolicy;

/**
 * How a table is written.
 *
 * @param codec compresses blocks
 * @param filterPolicy what the table carries to find single keys
 * @param blockBytes the size at which a block is closed
 * @param hashSeed the seed of key hashes; one for all tables of a database
 */
public record TableOptions(Codec codec, FilterPolicy filterPolicy, int blockBytes, long hashSeed) {}
