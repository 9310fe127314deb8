package org.anvildb.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;

/**
 * Crashes a run before each storage operation, after each that changes the disk, and after each
 * write, in every mode, and checks what is left, while the run itself goes on.
 *
 * <p>A violation is kept, not thrown: the engine would take an exception for a failure of the disk.
 */
final class CrashPoints implements OperationHook {
  /** Which crashes to look at: all, or the one that failed. */
  record Selection(long point, CrashMode mode) {

    boolean has(long otherPoint, CrashMode otherMode) {
      return point < 0 || point == otherPoint && (mode == null || mode == otherMode);
    }
  }

  private static final int MOST_VIOLATIONS = 5;

  /**
   * One state in so many is recovered again with a crash at each operation of that: about 140
   * states each time, so that a twelfth of all states are inside recovery.
   */
  private static final int NESTED_EVERY = 1_600;

  private final CrashScenario scenario;
  private final long seed;
  private final Selection selection;
  private final CrashRun run;
  private final List<AssertionError> violations = new ArrayList<>();
  private long mostStates = Long.MAX_VALUE;
  private long points;
  private long states;
  private long nested;

  CrashPoints(CrashScenario scenario, long seed, Selection selection) {
    this.scenario = scenario;
    this.seed = seed;
    this.selection = selection;
    this.run = new CrashRun(seed, scenario.options(), this);
    this.run.afterWrite(() -> crash("a write"));
  }

  /** Puts a layer between the database and its storage. */
  void over(UnaryOperator<Storage> layer) {
    run.over(layer);
  }

  /** Checks no more than about so many states; the run itself goes on. */
  void atMost(long number) {
    mostStates = number;
  }

  /** Plays the scenario once, with all its crashes. */
  void play() {
    try {
      scenario.play(run);
    } catch (RuntimeException | AssertionError e) {
      violations.add(new AssertionError("the run itself: " + place(null), e));
    } finally {
      run.end();
    }
  }

  List<AssertionError> violations() {
    return violations;
  }

  /** Returns how many states were checked, those inside recovery among them. */
  long states() {
    return states + nested;
  }

  /** Returns how many states of crashes inside recovery were checked. */
  long nestedStates() {
    return nested;
  }

  @Override
  public void before(Operation operation, long index) {
    crash(operation.toString());
  }

  @Override
  public void after(Operation operation, long index) {
    if (operation.kind().changes()) {
      crash(operation.toString());
    }
  }

  private void crash(String event) {
    for (CrashMode mode : CrashMode.values()) {
      if (selection.has(points, mode)
          && violations.size() < MOST_VIOLATIONS
          && states() < mostStates) {
        CrashPlan plan = new CrashPlan(mode, seedOf(mode));
        try {
          check(plan);
        } catch (Throwable t) {
          violations.add(new AssertionError(place(mode) + ", at " + event, t));
        }
      }
    }
    points++;
  }

  private void check(CrashPlan plan) {
    long batches = state(plan).check();
    states++;
    if (Math.floorMod(plan.seed(), NESTED_EVERY) == 0) {
      nested += state(plan).checkNested(batches, plan.seed());
    }
  }

  private CrashState state(CrashPlan plan) {
    return new CrashState(
        run.storage().crashedCopy(plan), run.history(), run.options(), plan.mode(), plan.seed());
  }

  private long seedOf(CrashMode mode) {
    long mixed = (seed * 31 + scenario.ordinal()) * 1_000_003 + points * 16 + mode.ordinal();
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }

  private String place(CrashMode mode) {
    return "-Dseed=%d -Dscenario=%s -Dat=%d -Dmode=%s".formatted(seed, scenario, points, mode);
  }
}
