package org.anvildb.proof;

import static org.anvildb.api.Durability.OS;
import static org.anvildb.api.Durability.SYNC;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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
 * A database under writes of which checkpoints are made, with crashes at the storage operations of
 * each. After every crash the database must be what it must be after any, the checkpoint that was
 * being made is not there or whole, and those made before are whole.
 */
final class CheckpointRun implements OperationHook {
  private static final String FIRST = Database.DEFAULT_KEYSPACE;
  private static final String SECOND = "second";
  private static final String OTHER = "other";

  /** How many directories there are for checkpoints; each is emptied and used again. */
  private static final int DIRECTORIES = 3;

  /** One checkpoint in so many is crashed at each operation in each mode, the others at some. */
  private static final int THOROUGH_EVERY = 20;

  private static final int MOST_VIOLATIONS = 3;

  private final long seed;
  private final Random random;
  private final CrashRun run;
  private final DatabaseOptions options;
  private final Map<String, CrashHistory.Moment> made = new TreeMap<>();
  private final List<AssertionError> violations = new ArrayList<>();
  private String making;
  private CrashHistory.Moment moment;
  private boolean isThorough;
  private long checkpoints;
  private long states;
  private long restored;

  CheckpointRun(long seed) {
    this.seed = seed;
    this.random = new Random(seed * 31);
    this.run = new CrashRun(seed, 4 << 10, this);
    this.options = run.options().toBuilder().createIfMissing(false).build();
  }

  void over(UnaryOperator<Storage> layer) {
    run.over(layer);
  }

  List<AssertionError> violations() {
    return violations;
  }

  long checkpoints() {
    return checkpoints;
  }

  /** Returns how many disks were looked at that a crash had left. */
  long states() {
    return states;
  }

  /** Returns how often a checkpoint was opened and compared. */
  long restored() {
    return restored;
  }

  void play(int count) {
    try {
      run.open();
      run.create(SECOND);
      while (checkpoints < count && violations.isEmpty()) {
        write();
        checkpoint();
        change();
      }
      run.close();
    } catch (RuntimeException | AssertionError e) {
      violations.add(new AssertionError(place(null), e));
    } finally {
      making = null;
      run.end();
    }
  }

  private void write() {
    for (int i = run.draw(5); i > 0; i--) {
      run.write(run.draw(6) == 0 ? SYNC : OS, 1 + run.draw(6), 500, FIRST, SECOND);
      if (run.draw(2) == 0) {
        run.work();
      }
    }
  }

  /** What else happens to a database, so that checkpoints meet all kinds of states. */
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
      case 6 ->
          reopen(() -> {
            CrashMode[] modes = CrashMode.values();
            run.crash(new CrashPlan(modes[run.draw(modes.length)], run.draw(1 << 30)));
          });
      default -> {}
    }
  }

  private void reopen(Runnable end) {
    end.run();
    run.open();
  }

  private void checkpoint() {
    String directory = "copy" + checkpoints % DIRECTORIES;
    if (made.remove(directory) != null) {
      Storage old = run.storage().directory(directory);
      old.list().forEach(old::delete);
      old.syncDirectory();
    }
    moment = run.history().moment();
    isThorough = checkpoints % THOROUGH_EVERY == 0;
    making = directory;
    run.checkpoint(directory);
    making = null;
    made.put(directory, moment);
    checkpoints++;
    crash("the end of a checkpoint", true);
    use(directory, moment);
  }

  /** Copies a checkpoint elsewhere, opens it there, and goes on with it. */
  private void use(String directory, CrashHistory.Moment expected) {
    MemoryStorage elsewhere = new MemoryStorage();
    Storage copy = run.storage().directory(directory);
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
    restored++;
  }

  @Override
  public void before(Operation operation, long index) {
    if (making != null) {
      crash("before " + operation, isThorough || random.nextInt(4) == 0);
    }
  }

  @Override
  public void after(Operation operation, long index) {
    if (making != null && operation.kind().changes()) {
      crash("after " + operation, isThorough || random.nextInt(4) == 0);
    }
  }

  private void crash(String event, boolean isChosen) {
    if (!isChosen || violations.size() >= MOST_VIOLATIONS) {
      return;
    }
    CrashMode only = CrashMode.values()[random.nextInt(CrashMode.values().length)];
    for (CrashMode mode : CrashMode.values()) {
      if (mode == only || isThorough) {
        CrashPlan plan = new CrashPlan(mode, random.nextLong());
        try {
          check(plan);
          states++;
        } catch (Throwable t) {
          // Kept, not thrown: the engine would take it for a failure of the disk.
          violations.add(new AssertionError(place(plan) + ", " + event, t));
        }
      }
    }
  }

  private void check(CrashPlan plan) {
    MemoryStorage disk = run.storage().crashedCopy(plan);
    try {
      assertThat(disk.directories()).containsAll(made.keySet());
      if (!made.isEmpty()) {
        String one = List.copyOf(made.keySet()).get(random.nextInt(made.size()));
        open(disk, one, made.get(one));
      }
      if (making != null && isThere(disk, making)) {
        open(disk, making, moment);
      } else if (making != null && random.nextInt(4) == 0) {
        makeAgain(disk, making);
      }
    } finally {
      disk.powerOff();
    }
    MemoryStorage copy = run.storage().crashedCopy(plan);
    new CrashState(copy, run.history(), run.options(), plan.mode(), plan.seed()).check();
  }

  private static boolean isThere(MemoryStorage disk, String directory) {
    return disk.directories().contains(directory) && !disk.directory(directory).list().isEmpty();
  }

  private void open(MemoryStorage disk, String directory, CrashHistory.Moment expected) {
    Storage files = disk.directory(directory);
    try (Database db = Anvil.open(files, new InlineScheduler(random), random, options)) {
      expected.check(db, random);
      if (random.nextInt(8) == 0) {
        assertThat(db.verify().findings()).isEmpty();
      }
    }
    restored++;
  }

  /** What was left of the directory must not be in the way of the next try. */
  private void makeAgain(MemoryStorage disk, String directory) {
    CrashHistory.Moment again;
    try (Database db = Anvil.open(disk, new InlineScheduler(random), random, options)) {
      long batches = db.stats().lastSequence();
      again = run.history().moment(batches, db.keyspaces());
      db.checkpoint(Path.of(directory));
    }
    open(disk, directory, again);
  }

  private String place(CrashPlan plan) {
    return "-Dseed=%d, checkpoint %d, %s".formatted(seed, checkpoints, plan);
  }
}
