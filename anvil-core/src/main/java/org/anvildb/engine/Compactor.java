package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Stats;
import org.anvildb.compact.CompactionPlan;
import org.anvildb.compact.LevelScores;
import org.anvildb.compact.LeveledPicker;
import org.anvildb.compact.LeveledPicker.LevelZero;
import org.anvildb.compact.Running;
import org.anvildb.compact.SpaceRule;
import org.anvildb.compact.SpaceUse;
import org.anvildb.compact.WritePacing;
import org.anvildb.schedule.Gate;
import org.anvildb.schedule.Lane;
import org.anvildb.schedule.Scheduler;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Version;

/**
 * Keeps the levels in shape: asks the picker what is due whenever something changed, and has it
 * done in the background, as many plans at a time as threads are allowed.
 *
 * <p>Each running plan claims its tables, so that plans never meet. A failure poisons the database
 * and ends all merging; a full disk ends it until there is room. Inputs are never touched before
 * the outputs are in the manifest.
 */
final class Compactor {
  private static final System.Logger LOG = System.getLogger("org.anvildb");

  /** Writers are quiet when nothing was written for so long. */
  private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Writers are busy if they filled a memtable not longer ago. */
  private static final long BUSY_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** A merge is divided into parts that read no less than this share of a memtable. */
  private static final int PARTS_PER_MEMTABLE = 4;

  private final HealthState health;
  private final Scheduler scheduler;
  private final ReadStates states;
  private final Catalog catalog;
  private final CompactionRunner runner;
  private final WriteThrottle throttle;
  private final WritePacing pacing;
  private final SpaceRule rule;
  private final SpaceMeter space;
  private final FlushClock flushes;
  private final LongConsumer memtableSize;
  private final DatabaseOptions options;
  private final Gate finished;
  private final LongAdder nanos = new LongAdder();

  /** The plans that are being carried out. Written under this object's monitor. */
  private volatile Running running = Running.none();

  /** How many users compact by hand: as long as there are any, nothing is picked. */
  @GuardedBy("this")
  private int manual;

  /** Whether a look at {@link #settle} is planned. */
  @GuardedBy("this")
  private boolean settling;

  private volatile boolean stopped;

  Compactor(
      HealthState health,
      Scheduler scheduler,
      ReadStates states,
      Catalog catalog,
      TableFactory tables,
      SnapshotRegistry snapshots,
      WriteThrottle throttle,
      SpaceMeter space,
      FlushClock flushes,
      LongConsumer memtableSize,
      DatabaseOptions options) {
    this.health = health;
    this.scheduler = scheduler;
    this.states = states;
    this.catalog = catalog;
    this.runner =
        new CompactionRunner(
            states,
            catalog,
            tables,
            snapshots,
            () -> {
              scheduler.giveWay();
              return isCancelled();
            });
    this.throttle = throttle;
    this.pacing = new WritePacing(options.memtableBytes().bytes(), options.frozenMemtables());
    this.rule = new SpaceRule(options.memtableBytes().bytes());
    this.space = space;
    this.flushes = flushes;
    this.memtableSize = memtableSize;
    this.options = options;
    this.finished = scheduler.newGate();
  }

  /** Starts what is due. Called after each change of tables, from any thread. */
  void poke() {
    startFrom(claimNext());
  }

  /** Starts a claimed plan, if it is one, and what else is due. */
  private void startFrom(CompactionPlan first) {
    CompactionPlan plan = first;
    while (!(plan instanceof CompactionPlan.None)) {
      start(plan);
      plan = claimNext();
    }
    setPace();
    planSettling();
  }

  /**
   * Lets merges go on, for a bounded time, while tables abound that are tiny, or that are in level
   * 0 and being merged. Lives that are too short for a merge leave some each, a merge that is given
   * up starts over in the next one, and so nobody would ever join them.
   */
  void awaitTidy(long timeoutNanos) throws InterruptedException {
    finished.await(() -> running.count() == 0 || isCancelled() || isTidy(), timeoutNanos);
  }

  private boolean isTidy() {
    Version version = catalog.current();
    Running now = running;
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      boolean isDeep = keyspace.levels().runs().size() > WritePacing.FREE_LEVEL_ZERO_RUNS;
      if (isDeep && now.takesLevelZero(keyspace.id())) {
        return false;
      }
    }
    return !LeveledPicker.isLittered(version, now, options.memtableBytes().bytes());
  }

  /** Starts no more plans, and has the running ones give up. */
  void stop() {
    stopped = true;
    finished.open();
  }

  /** Keeps plans of the picker from starting, until {@link #endManual()}. */
  synchronized void beginManual() {
    manual++;
  }

  /** Lets the picker go on. */
  void endManual() {
    synchronized (this) {
      manual--;
    }
    poke();
  }

  /** Carries out a plan that a user's request led to; the caller waits with {@link #await}. */
  void startManual(CompactionPlan plan) {
    synchronized (this) {
      running = running.with(plan);
    }
    start(plan);
  }

  /** Returns how many plans are running. */
  int runningCount() {
    return running.count();
  }

  /** Waits, for a bounded time, until a condition on the running plans holds. */
  boolean await(BooleanSupplier condition, long timeoutNanos) throws InterruptedException {
    return finished.await(condition, timeoutNanos);
  }

  Stats.Background stats(Flusher flusher) {
    return new Stats.Background(
        flusher.count(),
        flusher.bytes(),
        flusher.nanos(),
        runner.merges(),
        runner.moves(),
        runner.bytesRead(),
        runner.bytesWritten(),
        nanos.sum(),
        running.count());
  }

  private boolean isCancelled() {
    return stopped || !health.isHealthy();
  }

  private synchronized CompactionPlan claimNext() {
    return claimBeside(running);
  }

  /**
   * Gives a plan's tables back and claims what is due next, in one step: nobody sees that nothing
   * runs in between.
   */
  private synchronized CompactionPlan claimNextBehind(CompactionPlan ended) {
    return claimBeside(running.without(ended));
  }

  /** Claims what is due beside what goes on; that runs from now on, whatever the picking throws. */
  @GuardedBy("this")
  private CompactionPlan claimBeside(Running left) {
    CompactionPlan plan = new CompactionPlan.None();
    try {
      plan = pick(left);
    } finally {
      running = plan instanceof CompactionPlan.None ? left : left.with(plan);
    }
    return plan;
  }

  /** Picks what is due beside what runs. */
  @GuardedBy("this")
  private CompactionPlan pick(Running now) {
    if (isCancelled() || manual > 0 || now.count() >= options.backgroundThreads()) {
      return new CompactionPlan.None();
    }
    Version version = catalog.current();
    LevelZero levelZero = LevelZero.USUAL;
    if (isWrittenTo()) {
      boolean isShort = rule.isShort(space.use(version, now));
      levelZero = isShort ? LevelZero.URGENT : LevelZero.DEFERRED;
    }
    return LeveledPicker.pick(version, now, options.memtableBytes().bytes(), levelZero);
  }

  /** Has a look in a while, when nothing is due: whether writers are quiet and space can be won. */
  private void planSettling() {
    synchronized (this) {
      if (settling || isBusy()) {
        return;
      }
      settling = true;
    }
    long mark = writeMark();
    try {
      scheduler.submitLater(Lane.CHORE, QUIET_NANOS, () -> settle(mark));
    } catch (RuntimeException | Error e) {
      // What it would win can wait: the next change of tables plans it again.
      synchronized (this) {
        settling = false;
      }
      LOG.log(System.Logger.Level.WARNING, "a look at quiet levels could not be planned", e);
    }
  }

  private void settle(long mark) {
    CompactionPlan plan;
    boolean quiet = writeMark() == mark;
    synchronized (this) {
      settling = false;
      if (isBusy()) {
        return;
      }
      plan =
          LeveledPicker.pickSettling(catalog.current(), running, options.memtableBytes().bytes());
      if (plan instanceof CompactionPlan.None) {
        return;
      }
      if (quiet) {
        running = running.with(plan);
      }
    }
    if (quiet) {
      start(plan);
    } else {
      planSettling();
    }
  }

  @GuardedBy("this")
  private boolean isBusy() {
    return isCancelled() || manual > 0 || running.count() > 0;
  }

  /** Tells whether writers filled a memtable a short while ago. */
  private boolean isWrittenTo() {
    ReadState state = states.current();
    return state.frozen().length > 0
        || scheduler.nanoTime() - state.active().beginNanos() < BUSY_NANOS;
  }

  /** Returns a number that differs after any write. */
  private long writeMark() {
    MemtableSlot active = states.current().active();
    return active.memtable().segmentNumber() << 34 | active.memtable().limit();
  }

  /** Hands a plan to the lane; where it takes none, merging ends as after any failure. */
  private void start(CompactionPlan plan) {
    try {
      scheduler.submit(Lane.COMPACTION, () -> carryOut(plan));
    } catch (RuntimeException | Error e) {
      try {
        health.fail("starting to merge tables", e);
      } finally {
        synchronized (this) {
          running = running.without(plan);
        }
        finished.open();
      }
    }
  }

  private void carryOut(CompactionPlan plan) {
    share(
        plan,
        () -> {
          if (isCancelled()) {
            return PlanWork.of(() -> {});
          }
          PlanWork work = runner.begin(plan, threadsFor(plan));
          invite(plan, work);
          return work;
        });
  }

  /** Takes part in the work on a plan; whoever ends it tells so. */
  private void share(CompactionPlan plan, Supplier<PlanWork> work) {
    long begin = scheduler.nanoTime();
    boolean ended = true;
    try {
      ended = work.get().run();
    } catch (RuntimeException | Error e) {
      health.failWork("merging tables", e);
    } finally {
      try {
        nanos.add(scheduler.nanoTime() - begin);
      } finally {
        if (ended) {
          end(plan);
        }
      }
    }
  }

  /**
   * Gives a plan's tables back. What is due next is begun before anybody is told that one ended.
   */
  private void end(CompactionPlan plan) {
    try {
      startFrom(claimNextBehind(plan));
    } catch (RuntimeException | Error e) {
      health.failWork("looking for what to merge next", e);
    } finally {
      finished.open();
    }
  }

  /** Asks for as many threads more as there are parts; where none comes, this one does it all. */
  private void invite(CompactionPlan plan, PlanWork work) {
    try {
      for (int i = 1; i < work.parts(); i++) {
        scheduler.submit(Lane.COMPACTION, () -> share(plan, () -> work));
      }
    } catch (RuntimeException | Error e) {
      tellAlone(e);
    }
  }

  /** Tells that nobody joined; where even that fails, the merge goes on: it is begun already. */
  private static void tellAlone(Throwable cause) {
    try {
      LOG.log(System.Logger.Level.WARNING, "no further thread could join a merge", cause);
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /**
   * Returns how many threads a merge is worth: all that have nothing else to do, where nobody
   * writes or the user waits for it.
   */
  private int threadsFor(CompactionPlan plan) {
    if (!(plan instanceof CompactionPlan.Merge merge)
        || merge.reason() != CompactionPlan.Reason.MANUAL && isWrittenTo()) {
      return 1;
    }
    int idle = options.backgroundThreads() - running.count();
    long parts = merge.inputBytes() / (options.memtableBytes().bytes() / PARTS_PER_MEMTABLE);
    return (int) Math.max(1, Math.min(parts, 1 + idle));
  }

  /**
   * Returns the pace at which memory is not full before the flusher makes room.
   *
   * <p>Without it writers of large values ran into that wall at full speed: memory seemed half
   * empty when the last memtable was frozen, and was full 130 ms later. (Seen, values of 1 KB: puts
   * that took 140 ms.)
   */
  private double flushPace(ReadState state, long memoryBytes) {
    MemtableSlot[] frozen = state.frozen();
    if (frozen.length == 0) {
      return 0;
    }
    long oldest = frozen[frozen.length - 1].memtable().limit();
    long room = (options.frozenMemtables() + 1) * space.memtableBytes() - memoryBytes;
    return WritePacing.nanosPerByte(flushes.leftNanos(oldest, scheduler.nanoTime()), room);
  }

  /**
   * Sets what writers pay, and the size of memtables, by how far flushing and merging are behind
   * and by the space that is taken.
   */
  void setPace() {
    long memtableBytes = options.memtableBytes().bytes();
    int levelZero = 0;
    long debt = 0;
    for (KeyspaceVersion keyspace : catalog.current().keyspaces()) {
      levelZero = Math.max(levelZero, keyspace.levels().runs().size());
      debt +=
          LevelScores.of(keyspace.levels(), keyspace.options().levelRatio(), memtableBytes, running)
              .debtBytes();
    }
    ReadState state = states.current();
    long memory = state.active().memtable().limit();
    for (MemtableSlot slot : state.frozen()) {
      memory += slot.memtable().limit();
    }
    SpaceUse use = space.use(catalog.current(), running);
    memtableSize.accept(rule.memtableBytes(use.liveBytes(), space.overwrittenShare()));
    // Smaller memtables are full earlier, and as many of them may wait.
    long full = (long) ((double) memory * memtableBytes / space.memtableBytes());
    throttle.setPace(
        Math.max(
            pacing.nanosPerByte(levelZero, debt, full, rule.share(use)), flushPace(state, memory)));
  }
}
