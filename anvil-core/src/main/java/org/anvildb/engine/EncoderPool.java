package org.anvildb.engine;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.Supplier;
import org.anvildb.wal.BatchEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for single writes, so that a put allocates none. A slot for each of a few threads, found
 * by the thread's number; a thread that finds its slot busy makes a buffer of its own. Not a
 * thread-local: there may be millions of virtual threads. Thread-safe.
 *
 * <p>A buffer stays in its slot while it is used, and a number tells that it is: to store the
 * reference at each write would cost a barrier of the collector, which waits for the log's lines.
 */
final class EncoderPool {
  private static final int SLOTS = 64;
  private static final int SPREAD = 16;
  private static final long MAX_KEPT_BYTES = 64 << 10;

  private final AtomicIntegerArray busy = new AtomicIntegerArray(SLOTS * SPREAD);

  /** Each belongs to who made its slot busy. */
  private final @Nullable BatchEncoder[] kept = new BatchEncoder[SLOTS * SPREAD];

  private final Supplier<BatchEncoder> maker;

  EncoderPool() {
    this(BatchEncoder::new);
  }

  /** As above, with buffers of the caller's making. */
  EncoderPool(Supplier<BatchEncoder> maker) {
    this.maker = maker;
  }

  /** Returns an empty buffer. */
  BatchEncoder take() {
    int slot = slot();
    if (!busy.compareAndSet(slot, 0, 1)) {
      return maker.get();
    }
    BatchEncoder encoder = kept[slot];
    return encoder == null ? fill(slot) : encoder;
  }

  /** Puts a buffer into an empty slot; where there is no memory for one, the slot is free again. */
  private BatchEncoder fill(int slot) {
    BatchEncoder made = null;
    try {
      made = maker.get();
      kept[slot] = made;
      return made;
    } finally {
      if (made == null) {
        busy.setRelease(slot, 0);
      }
    }
  }

  /** Keeps a buffer for the next write, unless a large value made it too large to keep. */
  void giveBack(BatchEncoder encoder) {
    int slot = slot();
    // Another thread's buffer may be seen here, but never this one.
    if (kept[slot] == encoder) {
      boolean isClear = false;
      try {
        if (encoder.bytes() <= MAX_KEPT_BYTES) {
          encoder.clear();
          isClear = true;
        }
      } finally {
        if (!isClear) {
          kept[slot] = null;
        }
        busy.setRelease(slot, 0);
      }
    }
  }

  private static int slot() {
    return ((int) Thread.currentThread().threadId() & SLOTS - 1) * SPREAD;
  }
}
