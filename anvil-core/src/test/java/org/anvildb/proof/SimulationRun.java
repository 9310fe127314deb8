package org.anvildb.proof;

import static org.anvildb.api.Durability.OS;
import static org.anvildb.api.Durability.SYNC;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.anvildb.api.AnvilException;
import org.anvildb.api.ByteSize;
import org.anvildb.api.ClosedException;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.Fault;
import org.anvildb.storage.sim.FaultPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.storage.sim.OperationKind;
import org.jspecify.annotations.Nullable;

/**
 * A database that writers, readers, background work, a closer, a disk that fails and a power supply
 * that does act on, in an order and with options that a seed draws. All is checked against the
 * history: what a crash leaves is a prefix with all that was synced, and reads are right at every
 * moment, also in the middle of a write that waits and after one that failed.
 *
 * <p>Whatever happens goes into a hash: the same seed must give the same one.
 */
final class SimulationRun implements OperationHook {
  private static final String FIRST = Database.DEFAULT_KEYSPACE;
  private static final String SECOND = "second";
  private static final String THIRD = "third";
  private static final int STEPS = 60;

  private final Random random;
  private final CrashRun run;
  private final Deque<CrashRun.Async> waiting = new ArrayDeque<>();
  private final List<Throwable> violations = new ArrayList<>();
  private FaultyStorage faulty;
  private FaultPlan nextPlan;

  /** Whether a fault of an earlier plan was hit since the last opening began. */
  private boolean wasHit;

  private boolean isOpen;
  private boolean hasThird;
  private long hash = 1;
  private long failedSteps;
  private long crashes;
  private long nestedReads;

  SimulationRun(long seed) {
    this(seed, UnaryOperator.identity());
  }

  /** Puts a layer of its own over the disk. */
  SimulationRun(long seed, UnaryOperator<Storage> layer) {
    this.random = new Random(seed);
    this.run = new CrashRun(seed, options(random), this);
    run.over(storage -> {
      faulty = new FaultyStorage(layer.apply(storage));
      wasHit = false;
      faulty.inject(nextPlan);
      nextPlan = null;
      return faulty;
    });
  }

  private static DatabaseOptions options(Random random) {
    String[] codecs = {"NONE", "LZ4", "DEFLATE"};
    FilterPolicy[] filters = FilterPolicy.values();
    return DatabaseOptions.builder()
        .memtableBytes(ByteSize.ofBytes((4 << 10) + random.nextInt(8 << 10)))
        .frozenMemtables(1 + random.nextInt(3))
        .durability(SYNC)
        .blockCacheBytes(ByteSize.ofBytes(random.nextInt(2) * 4096L))
        .keyspaceDefaults(
            new KeyspaceOptions(
                codecs[random.nextInt(codecs.length)],
                filters[random.nextInt(filters.length)],
                64 + random.nextInt(2048),
                2 + random.nextInt(4)))
        .build();
  }

  /** Plays the whole; returns the hash of all that happened. */
  long play() {
    try {
      opened();
      for (int step = 0; step < STEPS && violations.isEmpty(); step++) {
        if (isOpen) {
          act(random.nextInt(100));
        } else {
          opened();
        }
      }
      inject(null);
      nextPlan = null;
      closed();
      // Whatever was left open or failed to open is recovered, and closes well.
      powerCut(CrashMode.SYNCED_ONLY);
      opened();
      run.check();
      run.close();
      note("end", run.history().size());
    } catch (RuntimeException | AssertionError e) {
      violations.add(e);
    } finally {
      run.end();
    }
    return hash;
  }

  List<Throwable> violations() {
    return violations;
  }

  long failedSteps() {
    return failedSteps;
  }

  long crashes() {
    return crashes;
  }

  long nestedReads() {
    return nestedReads;
  }

  @Override
  public void before(Operation operation, long index) {
    note(operation.kind().name(), index);
    note(operation.name(), index);
  }

  private void act(int dice) {
    note("act", dice);
    if (dice < 30) {
      step(() -> run.write(dice < 4 ? SYNC : OS, 1 + random.nextInt(6), 600, FIRST, SECOND));
    } else if (dice < 36) {
      step(() -> run.push(OS, 500, SECOND));
    } else if (dice < 42) {
      step(() -> run.pop(OS, SECOND));
    } else if (dice < 48) {
      step(() -> waiting.add(run.writeAsync(2, 400, FIRST, SECOND)));
    } else if (dice < 52) {
      readInTheMiddle();
    } else if (dice < 74) {
      step(run::work);
    } else if (dice < 77) {
      step(run::check);
    } else if (dice < 80) {
      step(() -> run.hold(random.nextBoolean() ? FIRST : SECOND));
    } else if (dice < 83) {
      step(run::checkHeld);
    } else if (dice < 85) {
      step(() -> run.compactRange(SECOND));
    } else if (dice < 87) {
      awaitOldest();
    } else if (dice < 89) {
      step(this::turnThird);
    } else {
      interfere(dice);
    }
  }

  private void interfere(int dice) {
    switch (dice) {
      case 89, 90 -> step(run::sync);
      case 91 -> step(run::compact);
      case 92, 93 -> {
        closed();
        plan();
        opened();
      }
      case 94, 95 -> {
        lost();
        run.die();
        plan();
      }
      case 96, 97 -> {
        CrashMode[] modes = CrashMode.values();
        powerCut(modes[random.nextInt(modes.length)]);
        plan();
      }
      default -> {
        inject(draw());
        note("fault", dice);
      }
    }
  }

  /** Lets the storage of the open database fail in another way, or no more. */
  private void inject(@Nullable FaultPlan plan) {
    wasHit |= faulty.hits() > 0;
    faulty.inject(plan);
  }

  /** Sometimes lets the next opening fail somewhere. */
  private void plan() {
    nextPlan = random.nextInt(4) == 0 ? draw() : null;
  }

  private FaultPlan draw() {
    Fault[] faults = {new Fault.IoFailure(), new Fault.NoSpace(), new Fault.ShortWrite()};
    OperationKind[] kinds = OperationKind.values();
    boolean isOneKind = random.nextBoolean();
    return new FaultPlan(
        isOneKind
            ? EnumSet.of(kinds[random.nextInt(kinds.length)])
            : EnumSet.allOf(OperationKind.class),
        random.nextInt(isOneKind ? 4 : 30),
        faults[random.nextInt(faults.length)],
        random.nextBoolean());
  }

  /** A reader that comes at some later moment, perhaps while a writer or a closer waits. */
  private void readInTheMiddle() {
    run.runLater(() -> {
      try {
        run.checkInTheMiddle();
        nestedReads++;
        note("read", nestedReads);
      } catch (ClosedException e) {
        note("read late", 0);
      } catch (RuntimeException | AssertionError e) {
        // To throw would look like a failure of the background work that the reader waits with.
        violations.add(e);
      }
    });
  }

  private void awaitOldest() {
    if (!waiting.isEmpty()) {
      CrashRun.Async oldest = waiting.remove();
      step(() -> run.await(oldest));
    }
  }

  private void turnThird() {
    if (hasThird) {
      run.drop(THIRD);
    } else {
      run.create(THIRD);
      run.write(OS, 3, 300, FIRST, THIRD);
    }
    hasThird = !hasThird;
  }

  private void powerCut(CrashMode mode) {
    lost();
    run.crash(new CrashPlan(mode, random.nextLong()));
  }

  private void lost() {
    crashes++;
    note("crash", crashes);
    isOpen = false;
    waiting.clear();
  }

  private void opened() {
    try {
      run.open();
      isOpen = true;
      hasThird = run.has(THIRD);
      if (!run.has(SECOND)) {
        step(() -> run.create(SECOND));
      }
      isOpen = run.has(SECOND);
      if (!isOpen) {
        run.die();
      }
    } catch (AnvilException e) {
      failed(e);
      run.forget();
    }
  }

  private void closed() {
    if (isOpen) {
      isOpen = false;
      waiting.clear();
      try {
        run.close();
      } catch (AnvilException e) {
        failed(e);
      }
    }
  }

  private void step(Runnable action) {
    try {
      action.run();
    } catch (AnvilException e) {
      failed(e);
      run.checkAfterFailure();
    }
  }

  private void failed(AnvilException e) {
    failedSteps++;
    note(e.getClass().getName(), failedSteps);
    if (!wasHit && faulty.hits() == 0) {
      violations.add(new AssertionError("a step failed, though the storage did not", e));
    }
  }

  private void note(String what, long number) {
    hash = (hash * 31 + what.hashCode()) * 0x9E3779B97F4A7C15L + number;
    hash ^= hash >>> 29;
  }
}
