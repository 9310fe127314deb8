package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.StorageException;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.junit.jupiter.api.Test;

/**
 * A process dies at each operation of the creation of a database; the next one opens what is there,
 * and the power goes at each of its operations: every state that the names can be in then opens.
 */
final class UnsyncedCreationTest {
  private static final int SEEDS = 16;
  private static final int LEAST_STATES = 2000;

  private static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(4)).build();

  private int states;

  private static Database open(MemoryStorage disk) {
    var random = new Random(1);
    return Anvil.open(disk, new InlineScheduler(random), random, SMALL);
  }

  /** Creates a database until an operation; returns whether that was not reached. */
  private static boolean isCreatedBefore(MemoryStorage disk, long death) {
    disk.setHook(
        new OperationHook() {
          @Override
          public void before(Operation operation, long index) {
            if (index >= death) {
              throw new StorageException("dead", null);
            }
          }

          @Override
          public void after(Operation operation, long index) {}
        });
    boolean isCreated = false;
    try {
      open(disk);
      isCreated = disk.operations() <= death;
    } catch (AnvilException e) {
      assertThat(e).hasStackTraceContaining("dead");
    }
    disk.setHook(null);
    disk.endProcess();
    return isCreated;
  }

  private void openAfterEachPowerCut(MemoryStorage disk, long death) {
    List<MemoryStorage> cuts = new ArrayList<>();
    disk.setHook(
        new OperationHook() {
          @Override
          public void before(Operation operation, long index) {}

          @Override
          public void after(Operation operation, long index) {
            for (int seed = 0; seed < SEEDS; seed++) {
              cuts.add(disk.crashedCopy(new CrashPlan(CrashMode.DIRECTORY, seed)));
            }
          }
        });
    open(disk);
    disk.setHook(null);
    for (int i = 0; i < cuts.size(); i++) {
      states++;
      try (Database db = open(cuts.get(i))) {
        assertThat(db.keyspaces()).containsExactly("default");
      } catch (AnvilException e) {
        throw new AssertionError("death at " + death + ", power cut " + i, e);
      }
    }
    disk.powerOff();
  }

  @Test
  void aDatabaseOpensAfterADeathInItsCreationAndAPowerCutInTheNextOpening() {
    boolean isCreated = false;
    for (long death = 1; !isCreated; death++) {
      var disk = new MemoryStorage(Arena::ofConfined);
      isCreated = isCreatedBefore(disk, death);
      openAfterEachPowerCut(disk, death);
    }
    System.out.printf("unsynced creations: %,d states, 0 violations%n", states);
    assertThat(states).isGreaterThan(LEAST_STATES);
  }
}
