package org.anvildb.proof;

import static org.anvildb.proof.SeedKeys.key;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.schedule.ForwardingScheduler;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;

/**
 * Holds that tables don't pile up in lives that end before any merge of theirs got the processor,
 * as on a busy machine: closing lets merges go on that are far behind.
 */
final class ShortLivesTest {
  private static final int LIVES = 20;
  private static final int KEYS = 500;
  private static final int VALUE_BYTES = 300;

  /** Each life leaves eight or more; merged, they came to 48 at most. */
  private static final int MOST_TABLES = 60;

  private final MemoryStorage storage = new MemoryStorage();

  @Test
  void mergesThatAreFarBehindEndBeforeTheClose() {
    for (int life = 0; life < LIVES; life++) {
      assertThat(storage.list().stream().filter(name -> name.endsWith(".sst")).count())
          .as("tables before life %d", life)
          .isLessThan(MOST_TABLES);
      live(life);
    }
  }

  /** Fills eight or nine memtables, and closes. */
  private void live(int life) {
    Random random = new Random(life);
    var scheduler = new LateMerges(new InlineScheduler(random));
    var options = DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(16)).build();
    try (Database db = Anvil.open(storage, scheduler, random, options)) {
      for (int i = 0; i < KEYS; i++) {
        db.put(key(random.nextInt(KEYS)), new byte[VALUE_BYTES]);
      }
      scheduler.isClosing = true;
    }
  }

  /** Runs no merge before the database is closed and waits for one. */
  private static final class LateMerges extends ForwardingScheduler {
    private final List<Runnable> held = new ArrayList<>();
    private boolean isClosing;

    LateMerges(InlineScheduler delegate) {
      super(delegate);
    }

    @Override
    public void submit(Lane lane, Runnable work) {
      if (lane == Lane.COMPACTION) {
        held.add(work);
      } else {
        super.submit(lane, work);
      }
    }

    @Override
    protected boolean await(Gate gate, BooleanSupplier condition, long timeoutNanos)
        throws InterruptedException {
      boolean isOver = false;
      while (isClosing && !held.isEmpty() && !isOver) {
        isOver = condition.getAsBoolean();
        if (!isOver) {
          held.removeFirst().run();
        }
      }
      return super.await(gate, condition, timeoutNanos);
    }
  }
}
