package org.anvildb.wal;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.anvildb.storage.Storage;

/** What a replay handed out: the batches' bytes in order, and the outcome. */
record ReplayedLog(WalOutcome outcome, List<String> batches) {

  static ReplayedLog of(Storage disk, long database, long floor, long lastSequence) {
    List<String> batches = new ArrayList<>();
    try (WalReplay replay = new WalReplay(disk, database)) {
      WalOutcome outcome =
          replay.replay(
              floor,
              lastSequence,
              new BatchSink() {
                private MemorySegment memory = MemorySegment.NULL;
                private long next = lastSequence + 1;

                @Override
                public void segment(long number, MemorySegment segment) {
                  memory = segment;
                }

                @Override
                public void batch(long sequence, long offset, int length, int operations) {
                  if (sequence != next++) {
                    throw new AssertionError("batch " + sequence + " is out of order");
                  }
                  batches.add(content(memory, offset, length));
                }
              });
      return new ReplayedLog(outcome, batches);
    }
  }

  /** A batch's bytes as text, to compare. */
  static String content(MemorySegment memory, long offset, int length) {
    byte[] bytes = memory.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
