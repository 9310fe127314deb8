package org.anvildb.engine;

import org.anvildb.wal.WalSegment;

/**
 * A place in the log, and the batch that ends there.
 *
 * @param segment the segment
 * @param position the end of the batch in it, in bytes
 * @param sequence the number of the batch
 */
record LogPlace(WalSegment segment, long position, long sequence) {}
