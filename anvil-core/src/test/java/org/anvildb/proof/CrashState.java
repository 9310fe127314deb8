package org.anvildb.proof;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;
import org.anvildb.version.FileName;
import org.anvildb.version.ManifestReader;
import org.anvildb.version.RecoveredVersion;
import org.anvildb.version.Version;

/**
 * The disk that one crash left, and what must hold of it: it opens, holds a prefix of history that
 * is long enough, opens again to the same, takes new writes, and no file is left over.
 */
final class CrashState {
  private static final byte[] NEW_KEY = "written after the crash".getBytes();

  private final MemoryStorage disk;
  private final CrashHistory history;
  private final DatabaseOptions options;
  private final Random random;
  private long least;
  private long most;

  CrashState(
      MemoryStorage disk,
      CrashHistory history,
      DatabaseOptions options,
      CrashMode mode,
      long seed) {
    this.disk = disk;
    this.history = history;
    this.options = options;
    this.random = new Random(seed);
    boolean nothingLost = mode == CrashMode.EVERYTHING || mode == CrashMode.LOST_SYNC;
    this.least = nothingLost ? history.acknowledgedBatches() : history.syncedBatches();
    this.most = history.size();
  }

  /** Demands exactly one state, since an earlier recovery of the same disk came to it. */
  void expect(long batches) {
    least = batches;
    most = batches;
  }

  /** Holds what must hold; returns how many batches are left. */
  long check() {
    try {
      InlineScheduler scheduler = new InlineScheduler(random);
      Database db = open(disk, scheduler);
      long batches = history.check(db, least, most, random);
      if (random.nextInt(4) == 0) {
        checkSecondCrash(batches);
      }
      if (random.nextInt(8) == 0) {
        assertThat(db.verify().findings()).isEmpty();
      }
      scheduler.runAll();
      db.close();
      checkFiles();
      if (random.nextInt(8) == 0) {
        Database again = open(disk, new InlineScheduler(random));
        history.check(again, batches, batches, random);
      }
      return batches;
    } finally {
      disk.powerOff();
    }
  }

  /** Crashes a recovered database, which must come back the same, and go on. */
  private void checkSecondCrash(long batches) {
    CrashMode[] modes = CrashMode.values();
    CrashPlan plan = new CrashPlan(modes[random.nextInt(modes.length)], random.nextLong());
    MemoryStorage second = disk.crashedCopy(plan);
    MemoryStorage third = null;
    try {
      Database db = open(second, new InlineScheduler(random));
      history.check(db, batches, batches, random);
      db.put(NEW_KEY, NEW_KEY, Durability.SYNC);
      third = second.crashedCopy(plan);
      Database next = open(third, new InlineScheduler(random));
      assertThat(next.get(NEW_KEY)).as("a synced write after the crash").isEqualTo(NEW_KEY);
      next.delete(NEW_KEY, Durability.SYNC);
      assertThat(next.stats().lastSequence()).isEqualTo(batches + 2);
    } finally {
      second.powerOff();
      if (third != null) {
        third.powerOff();
      }
    }
  }

  /**
   * Recovers once more and crashes at each operation of that.
   *
   * @param batches what the recovery comes to
   * @return how many states were checked
   */
  long checkNested(long batches, long seed) {
    var points = new NestedPoints(batches, new Random(seed));
    disk.setHook(points);
    try {
      InlineScheduler scheduler = new InlineScheduler(random);
      Database db = open(disk, scheduler);
      scheduler.runAll();
      db.close();
    } finally {
      disk.setHook(null);
      disk.powerOff();
    }
    if (points.failure != null) {
      throw new AssertionError(
          "inside recovery, after " + points.states + " states", points.failure);
    }
    return points.states;
  }

  /** Crashes at each operation. The hook must not throw: the engine would take it for a failure. */
  private final class NestedPoints implements OperationHook {
    private final long batches;
    private final Random seeds;
    private long states;
    private Throwable failure;

    NestedPoints(long batches, Random seeds) {
      this.batches = batches;
      this.seeds = seeds;
    }

    @Override
    public void before(Operation operation, long index) {
      crash();
    }

    @Override
    public void after(Operation operation, long index) {
      if (operation.kind().changes()) {
        crash();
      }
    }

    private void crash() {
      if (failure != null) {
        return;
      }
      CrashMode[] modes = CrashMode.values();
      CrashPlan plan = new CrashPlan(modes[seeds.nextInt(modes.length)], seeds.nextLong());
      MemoryStorage copy = disk.crashedCopy(plan);
      CrashState state = new CrashState(copy, history, options, plan.mode(), plan.seed());
      state.expect(batches);
      try {
        state.check();
        states++;
      } catch (Throwable t) {
        failure = new AssertionError("nested " + plan, t);
      }
    }
  }

  private Database open(MemoryStorage storage, InlineScheduler scheduler) {
    return Anvil.open(storage, scheduler, random, options);
  }

  /** Holds that a closed database has no file of ours that is not part of it. */
  private void checkFiles() {
    assertThat(leftOver(disk)).as("files left over, of %s", disk.list()).isEmpty();
  }

  /** Returns the files of a closed database that are not part of it. */
  static List<String> leftOver(MemoryStorage disk) {
    RecoveredVersion recovered = ManifestReader.read(disk);
    assertThat(recovered).isNotNull();
    List<String> left = new ArrayList<>();
    for (String name : disk.list()) {
      FileName file = FileName.parse(name);
      if (file == null || !isPart(file, recovered)) {
        left.add(name);
      }
    }
    return left;
  }

  private static boolean isPart(FileName file, RecoveredVersion recovered) {
    Version version = recovered.version();
    return switch (file.kind()) {
      case CURRENT, LOCK -> true;
      case CURRENT_DRAFT -> false;
      case MANIFEST -> file.number() == recovered.manifest();
      case WAL -> file.number() == version.walFloor();
      case TABLE ->
          version.keyspaces().stream()
              .anyMatch(keyspace -> keyspace.levels().levelOf(file.number()) >= 0);
    };
  }
}
