package org.anvildb.engine;

import java.util.concurrent.atomic.AtomicReferenceArray;
import org.anvildb.wal.BatchEncoder;

/**
 * Buffers for single writes, so that a put allocates none. A slot for each of a few threads, found
 * by the thread's number; a thread that finds its slot empty makes a buffer of its own. Not a
 * thread-local: there may be millions of virtual threads. Thread-safe.
 */
final class EncoderPool {
  private static final int SLOTS = 64;
  private static final int SPREAD = 16;
  private static final long MAX_KEPT_BYTES = 64 << 10;

  private final AtomicReferenceArray<BatchEncoder> slots =
      new AtomicReferenceArray<>(SLOTS * SPREAD);

  /** Returns an empty buffer. */
  BatchEncoder take() {
    BatchEncoder kept = slots.getAndSet(slot(), null);
    return kept == null ? new BatchEncoder() : kept;
  }

  /** Keeps a buffer for the next write, unless a large value made it too large to keep. */
  void giveBack(BatchEncoder encoder) {
    if (encoder.bytes() <= MAX_KEPT_BYTES) {
      encoder.clear();
      slots.lazySet(slot(), encoder);
    }
  }

  private static int slot() {
    return ((int) Thread.currentThread().threadId() & SLOTS - 1) * SPREAD;
  }
}
