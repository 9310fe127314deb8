package org.anvildb.engine;

import org.anvildb.wal.BatchEncoder;
import org.anvildb.wal.WalSegment;
import org.jspecify.annotations.Nullable;

/**
 * A place in the log, and the batch that ends there.
 *
 * @param segment the segment
 * @param position the end of the batch in it, in bytes
 * @param sequence the number of the batch
 */
record LogPlace(WalSegment segment, long position, long sequence) {
  /** Returns where a batch was written, or null if it was empty. */
  static @Nullable LogPlace of(BatchEncoder batch) {
    WalSegment segment = batch.segment();
    return segment == null ? null : new LogPlace(segment, batch.segmentEnd(), batch.sequence());
  }
}
