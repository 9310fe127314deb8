package org.anvildb.proof;

import static org.anvildb.api.Durability.OS;
import static org.anvildb.api.Durability.SYNC;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.anvildb.api.AnvilException;
import org.anvildb.api.Database;
import org.anvildb.api.DiskFullException;
import org.anvildb.api.Health;
import org.anvildb.api.PoisonedException;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.storage.sim.OperationKind;

/**
 * A database whose disk is full from some operation on, until there is room again. What is refused
 * has changed nothing; then it goes on, without being reopened, unless the manifest was hit.
 */
final class ResumeRun {
  /**
   * How the disk is full.
   *
   * @param kinds what needs room
   */
  record Way(String name, Set<OperationKind> kinds, Fault fault, boolean sticky) {}

  /** How it ended. */
  enum End {
    /** There were fewer operations. */
    NOT_HIT,
    /** Only single calls were refused, or the database went on by itself. */
    WENT_ON,
    /** It went on with {@code resume()}. */
    RESUMED,
    /** It had to be reopened. */
    POISONED
  }

  private static final String FIRST = Database.DEFAULT_KEYSPACE;
  private static final String SECOND = "second";

  private final CrashRun run;
  private final FaultyStorage faulty;
  private final long seed;

  /** Whether the database took the disk for full at any moment, as one may have passed. */
  private boolean wasFull;

  private long refused;
  private long states;

  ResumeRun(long seed) {
    this.seed = seed;
    this.run = new CrashRun(seed, CrashRun.options(4 << 10), new OperationHook() {});
    this.faulty = new FaultyStorage(run.storage());
    run.over(storage -> faulty);
  }

  long refused() {
    return refused;
  }

  long states() {
    return states;
  }

  /** Lets the n-th operation, or all from it on, find the disk full. */
  End play(Way way, long nth) {
    try {
      run.open();
      run.create(SECOND);
      for (int i = 0; i < 8; i++) {
        run.write(OS, 5, 500, FIRST, SECOND);
        run.work();
      }
      run.workAll();
      faulty.inject(new FaultPlan(way.kinds(), nth, way.fault(), way.sticky()));
      work();
      boolean isHit = faulty.hits() > 0;
      checkCrash(CrashMode.SYNCED_ONLY);
      checkCrash(CrashMode.EVERYTHING);
      End end = isHit ? goOn(way) : End.NOT_HIT;
      faulty.inject(null);
      run.close();
      assertThat(run.storage().openMappings()).as("mappings that nobody closed").isZero();
      // Before an opening deletes what was left: a life may be long, and the room is short.
      assertThat(CrashState.leftOver(run.storage()))
          .as("tables left over")
          .noneMatch(name -> name.endsWith(".sst"));
      run.open();
      run.check();
      run.close();
      return end;
    } finally {
      run.end();
    }
  }

  private void work() {
    run.hold(FIRST);
    for (int i = 0; i < 14; i++) {
      int number = i;
      step(() -> run.write(number % 3 == 0 ? SYNC : OS, 6, 500, FIRST, SECOND));
      step(run::work);
    }
    step(run::sync);
    step(run::compact);
    step(() -> run.put(SYNC, 900, SECOND));
    run.workAll();
    run.check();
    run.checkHeld();
  }

  /** What is refused is refused for the right reason, and changed nothing. */
  private void step(Runnable action) {
    long before = run.lastSequence();
    try {
      action.run();
    } catch (AnvilException e) {
      refused++;
      assertThat(e).isInstanceOfAny(DiskFullException.class, PoisonedException.class);
      assertThat(isPoisoned() || e instanceof DiskFullException).as("poisoned: %s", e).isTrue();
      assertThat(run.lastSequence()).as("the newest batch after a refusal").isEqualTo(before);
      run.checkAfterFailure();
    }
    wasFull |= run.health() instanceof Health.DiskFull;
  }

  private boolean isPoisoned() {
    return run.health() instanceof Health.Poisoned;
  }

  private End goOn(Way way) {
    boolean isDirectory = way.kinds().equals(Set.of(OperationKind.SYNC_DIRECTORY));
    // A log segment that was prepared ahead may have met it: whoever needs it next would be told.
    boolean isPoisoned = isPoisoned() || isDirectory;
    if (run.health() instanceof Health.Poisoned(Throwable cause)) {
      // Only where the state on disk is not known.
      assertThat(cause.getMessage()).as(way.name()).containsAnyOf("MANIFEST", "directory");
    }
    boolean isFull = run.health() instanceof Health.DiskFull;
    if (isDirectory) {
      assertThat(wasFull).as("a directory whose sync failed is taken for a full disk").isFalse();
    }
    if (isFull && way.sticky()) {
      checkStaysFull();
    }
    faulty.inject(null);
    if (isPoisoned) {
      reopen();
    } else {
      resume(isFull);
    }
    checkWorks();
    return isPoisoned ? End.POISONED : isFull ? End.RESUMED : End.WENT_ON;
  }

  private void reopen() {
    try {
      run.close();
    } catch (PoisonedException e) {
      // It was the closing that needed the segment; what was written is there all the same.
      assertThat(e).hasMessageContaining("syncing a directory failed");
    }
    run.open();
  }

  /** Goes on; what waited for room is in tables then, or nobody might ever write it there. */
  private void resume(boolean isFull) {
    run.resume();
    assertThat(run.health()).isInstanceOf(Health.Healthy.class);
    if (isFull) {
      assertThat(run.frozenMemtables()).as("memtables that still wait").isZero();
    }
  }

  /** An attempt without room says so, or finds that nothing waits for room any more. */
  private void checkStaysFull() {
    try {
      resume(true);
    } catch (DiskFullException e) {
      refused++;
      assertThat(run.health()).isInstanceOf(Health.DiskFull.class);
    } catch (PoisonedException e) {
      throw new AssertionError("an attempt poisoned the database", e);
    }
    run.check();
    run.checkHeld();
  }

  private void checkWorks() {
    for (int i = 0; i < 6; i++) {
      run.write(i % 2 == 0 ? SYNC : OS, 6, 500, FIRST, SECOND);
      run.work();
    }
    run.compact();
    run.verify();
    run.check();
    run.checkHeld();
    CrashMode[] modes = CrashMode.values();
    checkCrash(modes[run.draw(modes.length)]);
  }

  private void checkCrash(CrashMode mode) {
    var copy = run.storage().crashedCopy(new CrashPlan(mode, seed));
    new CrashState(copy, run.history(), run.options(), mode, seed).check();
    states++;
  }
}
