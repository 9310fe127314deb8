package org.anvildb.bench.engine;

/**
 * What a workload asks of a store; everything else is the engine's own, recommended setting.
 *
 * @param sync whether each put waits until it is on disk; if not, it must survive the death of the
 *     process as far as the engine can do that
 * @param lz4 whether blocks are compressed, where the engine can do that
 * @param rawBytes the keys and values of all entries together: for engines that must know their
 *     size beforehand
 */
public record StoreOptions(boolean sync, boolean lz4, long rawBytes) {}
