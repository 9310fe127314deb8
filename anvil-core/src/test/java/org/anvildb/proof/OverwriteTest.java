package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Cursor;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Snapshot;
import org.anvildb.api.WriteBatch;
import org.junit.jupiter.api.Test;

/** Holds that nothing is lost while a store is overwritten, and level 0 merged part by part. */
final class OverwriteTest {
  private static final long SEED = Long.getLong("seed", 20_261_125);
  private static final int ENTRIES = 20_000;
  private static final int BATCH = 100;

  /** A step of background work comes after as many batches: less often than a memtable is full. */
  private static final int STEP_BATCHES = 6;

  private static final DatabaseOptions OPTIONS =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(512)).build();

  private final Random random = new Random(SEED);
  private final SeedBench bench = SeedBench.create(OPTIONS);

  @Test
  void aSnapshotSeesItsMomentWhileLevelZeroIsMergedPartByPart() {
    pass(0);
    bench.settle();
    try (Snapshot first = bench.db.snapshot()) {
      pass(1);
      try (Snapshot second = bench.db.snapshot()) {
        pass(2);
        pass(3);
        bench.settle();
        assertHolds(first.cursor(), 0);
        assertHolds(second.cursor(), 1);
        assertHolds(bench.db.cursor(), 3);
      }
    }
    bench.db.close();
  }

  /** Writes every entry once, in an order of its own, while background work takes its turns. */
  private void pass(int generation) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < ENTRIES; i++) {
      order.add(i);
    }
    Collections.shuffle(order, random);
    WriteBatch batch = bench.db.newBatch();
    for (int i = 0; i < ENTRIES; i += BATCH) {
      batch.clear();
      order.subList(i, i + BATCH).forEach(n -> batch.put(key(n), value(n, generation)));
      bench.db.write(batch);
      bench.scheduler.advance(1_000_000);
      if (i / BATCH % STEP_BATCHES == 0) {
        bench.scheduler.runOne();
      }
    }
  }

  private static byte[] value(int number, int generation) {
    byte[] value = new byte[100];
    new Random(31L * number + generation).nextBytes(value);
    return value;
  }

  private static void assertHolds(Cursor opened, int generation) {
    try (Cursor cursor = opened) {
      for (int i = 0; i < ENTRIES; i++) {
        assertThat(cursor.next()).as("seed %d", SEED).isTrue();
        assertThat(cursor.key()).as("seed %d", SEED).isEqualTo(key(i));
        assertThat(cursor.value()).as("seed %d", SEED).isEqualTo(value(i, generation));
      }
      assertThat(cursor.next()).isFalse();
    }
  }
}
