package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.junit.jupiter.api.Test;

/**
 * Holds that what nobody waits for is on disk all the same when the interval is over, again and
 * again: a power cut then takes nothing of it.
 */
final class PeriodicSyncTest {
  private static final Duration INTERVAL = Duration.ofMillis(50);
  private static final int ROUNDS = 40;

  @Test
  void whatIsWrittenIsOnDiskWithinTheInterval() {
    var options = DatabaseOptions.builder().syncInterval(INTERVAL).build();
    var storage = new MemoryStorage(Arena::ofConfined);
    var scheduler = new InlineScheduler(new Random(1));
    Database db = Anvil.open(storage, scheduler, new Random(1), options);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] key = ("key " + round).getBytes();
      db.put(key, key, Durability.OS);
      scheduler.advance(INTERVAL.toNanos());
      scheduler.runAll();
      // The time may have come in the middle of what is due at the same moment.
      scheduler.advance(INTERVAL.toNanos());
      scheduler.runAll();
      assertThat(db.stats().durableSequence()).as("round %s", round).isEqualTo(round + 1);
      checkPowerCut(storage, options, key, round);
    }
    db.close();
    storage.powerOff();
    System.out.printf("periodic syncs: %d power cuts after an interval, 0 losses%n", ROUNDS);
  }

  private static void checkPowerCut(
      MemoryStorage storage, DatabaseOptions options, byte[] key, int round) {
    MemoryStorage left = storage.crashedCopy(new CrashPlan(CrashMode.SYNCED_ONLY, round));
    var scheduler = new InlineScheduler(new Random(round));
    try (Database db = Anvil.open(left, scheduler, new Random(round), options)) {
      assertThat(db.get(key)).as("round %s", round).isEqualTo(key);
    } finally {
      left.powerOff();
    }
  }
}
