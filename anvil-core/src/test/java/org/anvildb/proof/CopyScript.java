package org.anvildb.proof;

import static org.anvildb.api.Durability.OS;
import static org.anvildb.api.Durability.SYNC;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.anvildb.Anvil;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.FileCopy;
import org.anvildb.storage.Storage;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.MemoryStorage;
import org.anvildb.storage.sim.Operation;
import org.anvildb.storage.sim.OperationHook;

/**
 * A database under writes of which copies are made, with crashes at the storage operations of each.
 * After every crash the database must be what it must be after any; what must hold of its copies,
 * subclasses tell.
 */
abstract class CopyScript implements OperationHook {
  private static final String FIRST = Database.DEFAULT_KEYSPACE;
  private static final String SECOND = "second";
  private static final String OTHER = "other";

  /** One copy in so many is crashed at each operation in each mode, the others at some. */
  private static final int THOROUGH_EVERY = 30;

  /** Of the operations of the others, one in so many is crashed, in one mode. */
  private static final int CRASH_EVERY = 6;

  private static final int MOST_VIOLATIONS = 3;

  private final long seed;
  private final Random random;
  private final CrashRun run;
  private final DatabaseOptions options;
  private final List<AssertionError> violations = new ArrayList<>();
  private boolean isCopying;
  private long copies;
  private long states;
  private long compared;
  private long crashViolations;

  CopyScript(long seed) {
    this.seed = seed;
    this.random = new Random(seed * 31);
    this.run = new CrashRun(seed, CrashRun.options(4 << 10), this);
    this.options = run.options().toBuilder().createIfMissing(false).build();
  }

  /** Puts a layer between the database and its storage. */
  void over(UnaryOperator<Storage> layer) {
    run.over(layer);
  }

  List<AssertionError> violations() {
    return violations;
  }

  /** Returns how many violations are of disks that a crash left, and not of the run itself. */
  long crashViolations() {
    return crashViolations;
  }

  /** Returns how many copies were made. */
  long copies() {
    return copies;
  }

  /** Returns how many disks were looked at that a crash had left. */
  long states() {
    return states;
  }

  /** Returns how often a copy was opened and compared. */
  long compared() {
    return compared;
  }

  CrashRun run() {
    return run;
  }

  Random random() {
    return random;
  }

  /** Called once, when the database is open. */
  void begin() {}

  /** Makes one copy, and whatever goes with it; what is to be crashed is {@link #crashing}. */
  abstract void copy();

  /** Holds what must hold of the copies on a disk that a crash left. */
  abstract void check(MemoryStorage disk);

  void play(int count) {
    try {
      run.open();
      run.create(SECOND);
      begin();
      while (copies < count && violations.isEmpty()) {
        write();
        copy();
        copies++;
        change();
      }
      run.close();
    } catch (RuntimeException | AssertionError e) {
      violations.add(new AssertionError(place(null), e));
    } finally {
      run.end();
    }
  }

  /** Does something, with crashes at its operations and at its end. */
  void crashing(Runnable action) {
    isCopying = true;
    try {
      action.run();
    } finally {
      isCopying = false;
    }
    crash("at the end", true);
  }

  private void write() {
    for (int i = run.draw(5); i > 0; i--) {
      run.write(run.draw(6) == 0 ? SYNC : OS, 1 + run.draw(6), 500, FIRST, SECOND);
      if (run.draw(2) == 0) {
        run.work();
      }
    }
  }

  /** What else happens to a database, so that copies meet all kinds of states. */
  private void change() {
    switch (run.draw(16)) {
      case 0 -> run.compact();
      case 1 -> {
        run.create(OTHER);
        run.write(OS, 3, 300, FIRST, OTHER);
      }
      case 2 -> run.drop(OTHER);
      case 3 -> run.workAll();
      case 4 -> reopen(run::close);
      case 5 -> reopen(run::die);
      case 6 -> {
        CrashPlan plan = new CrashPlan(draw(), run.draw(1 << 30));
        reopen(() -> run.crash(plan));
      }
      default -> {}
    }
  }

  private void reopen(Runnable end) {
    end.run();
    run.open();
  }

  @Override
  public void before(Operation operation, long index) {
    if (isCopying) {
      crash("before " + operation, random.nextInt(CRASH_EVERY) == 0);
    }
  }

  @Override
  public void after(Operation operation, long index) {
    if (isCopying && operation.kind().changes()) {
      crash("after " + operation, random.nextInt(CRASH_EVERY) == 0);
    }
  }

  private void crash(String event, boolean isChosen) {
    boolean isThorough = copies % THOROUGH_EVERY == THOROUGH_EVERY / 2;
    if (!isChosen && !isThorough) {
      return;
    }
    CrashMode only = draw();
    for (CrashMode mode : CrashMode.values()) {
      if (violations.size() < MOST_VIOLATIONS && (mode == only || isThorough)) {
        CrashPlan plan = new CrashPlan(mode, random.nextLong());
        try {
          checkAll(plan);
          states++;
        } catch (Throwable t) {
          // Kept, not thrown: the engine would take it for a failure of the disk.
          violations.add(new AssertionError(place(plan) + ", " + event, t));
          crashViolations++;
        }
      }
    }
  }

  private CrashMode draw() {
    CrashMode[] modes = CrashMode.values();
    return modes[random.nextInt(modes.length)];
  }

  private void checkAll(CrashPlan plan) {
    MemoryStorage disk = run.storage().crashedCopy(plan);
    try {
      check(disk);
    } finally {
      disk.powerOff();
    }
    MemoryStorage copy = run.storage().crashedCopy(plan);
    new CrashState(copy, run.history(), run.options(), plan.mode(), plan.seed()).check();
  }

  /** Opens a copy and compares it with the moment at which it was made. */
  void open(Storage files, CrashHistory.Moment expected) {
    try (Database db = Anvil.open(files, new InlineScheduler(random), random, options)) {
      expected.check(db, random);
      if (random.nextInt(8) == 0) {
        assertThat(db.verify().findings()).isEmpty();
      }
    }
    compared++;
  }

  /** Opens the database of a disk that a crash left; what it holds then is the moment. */
  CrashHistory.Moment reopened(MemoryStorage disk, Consumer<Database> action) {
    try (Database db = Anvil.open(disk, new InlineScheduler(random), random, options)) {
      long batches = db.stats().lastSequence();
      CrashHistory.Moment moment = run.history().moment(batches, db.keyspaces());
      action.accept(db);
      return moment;
    }
  }

  /** Copies a copy elsewhere, opens it there, and goes on with it: it must be a database. */
  void use(Storage copy, CrashHistory.Moment expected) {
    MemoryStorage elsewhere = new MemoryStorage();
    for (String name : copy.list()) {
      FileCopy.copy(copy, name, elsewhere, name);
    }
    try (Database db = Anvil.open(elsewhere, new InlineScheduler(random), random, options)) {
      expected.check(db, random);
      assertThat(db.verify().findings()).isEmpty();
      db.put(new byte[] {1}, new byte[] {2}, SYNC);
      db.compact();
      assertThat(db.get(new byte[] {1})).isEqualTo(new byte[] {2});
    } finally {
      elsewhere.powerOff();
    }
    compared++;
  }

  private String place(CrashPlan plan) {
    return "-Dseed=%d, copy %d, %s".formatted(seed, copies, plan);
  }
}
