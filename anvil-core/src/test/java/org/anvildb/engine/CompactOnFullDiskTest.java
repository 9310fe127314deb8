package org.anvildb.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.Health;
import org.anvildb.schedule.ForwardingScheduler;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.schedule.Lane;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;

/**
 * Holds that {@code compact()} waits for its merges also where the disk was full for a moment: had
 * it gone on, the next plan would have merged the same tables, and the commit of that poisoned.
 */
final class CompactOnFullDiskTest {
  private static final int KEYS = 400;

  @Test
  void aMomentWithoutRoomIsNotTakenForTheEndOfAMerge() {
    var scheduler = new FullForAMoment();
    var options = DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(16)).build();
    try (Database db = Anvil.open(new MemoryStorage(), scheduler, new Random(1), options)) {
      for (int i = 0; i < KEYS; i++) {
        db.put(key(i % 100), new byte[300]);
      }
      scheduler.health = ((Engine) db).parts().health();
      scheduler.isArmed = true;
      db.compact();
      assertThat(scheduler.isArmed).as("the disk was not full while a merge ran").isFalse();
      assertThat(db.health()).isInstanceOf(Health.Healthy.class);
      for (int i = 0; i < 100; i++) {
        assertThat(db.get(key(i))).hasSize(300);
      }
    }
  }

  private static byte[] key(int i) {
    return ("key " + i).getBytes(UTF_8);
  }

  /** Lets the disk be full for as long as one look at a condition takes, while a merge waits. */
  private static final class FullForAMoment extends ForwardingScheduler {
    private final List<Runnable> merges = new ArrayList<>();
    private HealthState health;
    private boolean isArmed;

    FullForAMoment() {
      super(new InlineScheduler(new Random(1)));
    }

    @Override
    public void submit(Lane lane, Runnable work) {
      if (isArmed && lane == Lane.COMPACTION) {
        merges.add(work);
      } else {
        super.submit(lane, work);
      }
    }

    @Override
    protected boolean await(Gate gate, BooleanSupplier condition, long timeoutNanos)
        throws InterruptedException {
      boolean wasMoment = isArmed && !merges.isEmpty() && !condition.getAsBoolean();
      if (!wasMoment) {
        return super.await(gate, condition, timeoutNanos);
      }
      health.failWork("a test", new DiskFullException("no space", null));
      boolean seen = condition.getAsBoolean();
      health.resumed();
      isArmed = false;
      merges.forEach(merge -> submit(Lane.COMPACTION, merge));
      return seen;
    }
  }
}
