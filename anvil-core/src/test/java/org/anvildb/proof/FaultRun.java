package org.anvildb.proof;

import static org.anvildb.api.Durability.SYNC;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.storage.sim.OperationKind;

/**
 * A scenario on a storage that fails once, or from some operation on for good. Each step either
 * succeeds or ends with a typed exception; after that, reads are as right as before.
 */
final class FaultRun {
  /**
   * How a storage fails: at the n-th operation of some kinds, once or for good.
   *
   * @param fault null for a sync that fails and loses its pages
   */
  record Way(String name, Set<OperationKind> kinds, Fault fault, boolean sticky) {
    @Override
    public String toString() {
      return name;
    }
  }

  static final Set<OperationKind> SYNCS =
      EnumSet.of(OperationKind.SYNC, OperationKind.FORCE, OperationKind.SYNC_DIRECTORY);

  private static final int MEMTABLE_BYTES = 4 << 10;

  /** After so many steps from the one on whose sync was lost the power is cut. */
  private static final int CUTS = 3;

  private final FaultScenario scenario;
  private final CrashRun run;
  private final long seed;
  private final FaultyStorage faulty;
  private final LostSync lostSync = new LostSync();
  private boolean isOpen;
  private long failedSteps;
  private long states;

  FaultRun(FaultScenario scenario, long seed) {
    this.scenario = scenario;
    this.seed = seed;
    this.run = new CrashRun(seed, CrashRun.options(MEMTABLE_BYTES), lostSync);
    this.faulty = new FaultyStorage(run.storage());
    run.over(storage -> faulty);
  }

  CrashRun run() {
    return run;
  }

  /** Plays the scenario, failing the n-th operation; returns whether there were so many. */
  boolean play(Way way, long nth) {
    try {
      scenario.prepare(run);
      return way.fault() == null ? playLostSync(nth) : playFault(way, nth);
    } finally {
      run.end();
    }
  }

  private boolean playFault(Way way, long nth) {
    faulty.inject(new FaultPlan(way.kinds(), nth, way.fault(), way.sticky()));
    scenario.play(this);
    boolean isHit = faulty.hits() > 0;
    checkNoneFailed(isHit);
    faulty.inject(null);
    checkNothingOpen();
    checkCrash(CrashMode.EVERYTHING);
    checkPowerCuts();
    checkReopening();
    return isHit;
  }

  /** Lets one sync fail as Linux does. */
  private boolean playLostSync(long nth) {
    long operation = run.storage().operations() + nth;
    lostSync.at = operation;
    run.storage().failSyncAt(operation);
    scenario.play(this);
    boolean isReached = run.storage().operations() > operation;
    checkNoneFailed(isReached);
    run.history().powerLost();
    checkPowerCuts();
    return isReached;
  }

  /** Holds that no step failed of a run whose storage did not. */
  private void checkNoneFailed(boolean isHit) {
    if (!isHit) {
      assertThat(failedSteps).as("steps that failed without a fault").isZero();
    }
  }

  /** Returns how many steps ended with an exception. */
  long failedSteps() {
    return failedSteps;
  }

  /** Returns how many states were checked that were left at the end. */
  long states() {
    return states;
  }

  /** Opens the database. */
  void opened() {
    try {
      run.open();
      isOpen = true;
    } catch (AnvilException e) {
      failedSteps++;
      checkNothingOpen();
    }
    checkLostSync();
  }

  /** Closes the database if it is open. */
  void closed() {
    if (isOpen) {
      isOpen = false;
      attempt(run::close);
      checkNothingOpen();
      checkLostSync();
    }
  }

  /** Kills the process if it is open. */
  void died() {
    if (isOpen) {
      isOpen = false;
      run.die();
    }
  }

  /** Does something with the database if it is open; what it reads must be right if this fails. */
  void step(Runnable action) {
    if (isOpen) {
      if (!attempt(action)) {
        run.checkAfterFailure();
      }
      checkLostSync();
    }
  }

  /** Does something; returns whether it succeeded. */
  boolean attempt(Runnable action) {
    try {
      action.run();
      return true;
    } catch (AnvilException e) {
      failedSteps++;
      return false;
    }
  }

  private void checkNothingOpen() {
    assertThat(run.storage().openMappings()).as("mappings that nobody closed").isZero();
  }

  private void checkPowerCuts() {
    CrashMode[] modes = CrashMode.values();
    checkCrash(CrashMode.SYNCED_ONLY);
    checkCrash(CrashMode.LOST_SYNC);
    checkCrash(modes[run.draw(modes.length)]);
  }

  /** A process that opens the same files again sees all that was acknowledged, and goes on. */
  private void checkReopening() {
    run.open();
    run.put(SYNC, 100, Database.DEFAULT_KEYSPACE);
    run.close();
    states++;
  }

  /**
   * Cuts the power soon after a sync was lost, while no later sync or flush has written anew what
   * it should have: of all that was acknowledged as synced nothing may be missing.
   */
  private void checkLostSync() {
    if (lostSync.cutsLeft > 0) {
      lostSync.cutsLeft--;
      checkCrash(CrashMode.SYNCED_ONLY);
      // More of what was not synced is left; no more is promised.
      checkCrash(CrashMode.LOST_SYNC, CrashMode.SYNCED_ONLY);
    }
  }

  private void checkCrash(CrashMode mode) {
    checkCrash(mode, mode);
  }

  /** Holds that a crash leaves what one of some mode must leave. */
  private void checkCrash(CrashMode mode, CrashMode promised) {
    CrashHistory history = run.history();
    var copy = run.storage().crashedCopy(new CrashPlan(mode, seed));
    var state = new CrashState(copy, history, run.options(), promised, seed);
    state.check();
    states++;
  }

  /** Notes when the sync that shall be lost is under way; other operations are not. */
  private static final class LostSync implements OperationHook {
    private long at = -1;
    private int cutsLeft;

    @Override
    public void before(Operation operation, long index) {
      if (index == at && SYNCS.contains(operation.kind())) {
        cutsLeft = CUTS;
      }
    }
  }
}
