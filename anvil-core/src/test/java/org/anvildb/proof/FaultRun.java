package org.anvildb.proof;

import static org.anvildb.api.Durability.OS;
import static org.anvildb.api.Durability.SYNC;

import java.util.EnumSet;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.storage.sim.OperationKind;

/**
 * A scripted scenario on a storage that fails once, or from some operation on for good. Each step
 * either succeeds or ends with a typed exception; after that, reads are as right as before.
 */
final class FaultRun {
  private static final int MEMTABLE_BYTES = 4 << 10;
  private static final String FIRST = Database.DEFAULT_KEYSPACE;
  private static final String SECOND = "second";

  private final CrashRun run;
  private final long seed;
  private final FaultyStorage faulty;
  private boolean isOpen;
  private long failedSteps;
  private long states;

  FaultRun(long seed) {
    this.seed = seed;
    this.run = new CrashRun(seed, MEMTABLE_BYTES, new OperationHook() {});
    this.faulty = new FaultyStorage(run.storage());
    run.over(storage -> faulty);
  }

  /** Fails the n-th operation of all; returns whether there were so many. */
  boolean play(long nth, Fault fault, boolean sticky) {
    try {
      faulty.inject(new FaultPlan(EnumSet.allOf(OperationKind.class), nth, fault, sticky));
      script();
      boolean isHit = faulty.hits() > 0;
      faulty.inject(null);
      checkCrash(CrashMode.EVERYTHING);
      checkPowerCuts();
      checkReopening();
      return isHit;
    } finally {
      run.end();
    }
  }

  /** Lets one sync fail as Linux does; returns false if there were fewer operations. */
  boolean playLostSync(long operation) {
    try {
      run.storage().failSyncAt(operation);
      script();
      run.history().powerLost();
      checkPowerCuts();
      return run.storage().operations() > operation;
    } finally {
      run.end();
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

  private void checkPowerCuts() {
    CrashMode[] modes = CrashMode.values();
    checkCrash(CrashMode.SYNCED_ONLY);
    checkCrash(CrashMode.LOST_SYNC);
    checkCrash(modes[run.draw(modes.length)]);
  }

  /** A process that opens the same files again sees all that was acknowledged, and goes on. */
  private void checkReopening() {
    run.open();
    run.put(SYNC, 100, FIRST);
    run.close();
    states++;
  }

  private void script() {
    opened();
    step(() -> run.create(SECOND));
    for (int i = 0; i < 24; i++) {
      int drawn = run.draw(8);
      step(() -> run.write(drawn == 0 ? SYNC : OS, 1 + drawn, 500, FIRST, SECOND));
      step(run::work);
    }
    step(() -> run.write(SYNC, 20, 900, FIRST, SECOND));
    step(run::compact);
    step(() -> run.drop(SECOND));
    closed();
    opened();
    step(() -> run.put(OS, 900, FIRST));
    step(run::sync);
    step(run::workAll);
    closed();
  }

  private void opened() {
    try {
      run.open();
      isOpen = true;
    } catch (AnvilException e) {
      failedSteps++;
    }
  }

  private void closed() {
    if (isOpen) {
      isOpen = false;
      try {
        run.close();
      } catch (AnvilException e) {
        failedSteps++;
      }
    }
  }

  private void step(Runnable action) {
    if (!isOpen) {
      return;
    }
    try {
      action.run();
    } catch (AnvilException e) {
      failedSteps++;
      run.checkAfterFailure();
    }
  }

  private void checkCrash(CrashMode mode) {
    CrashHistory history = run.history();
    var copy = run.storage().crashedCopy(new CrashPlan(mode, seed));
    var state = new CrashState(copy, history, run.options(), mode, seed);
    state.check();
    states++;
  }
}
