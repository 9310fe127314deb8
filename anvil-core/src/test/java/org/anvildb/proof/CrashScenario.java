package org.anvildb.proof;

import static org.anvildb.api.Durability.OS;
import static org.anvildb.api.Durability.SYNC;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.anvildb.api.Database;
import org.anvildb.api.Durability;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;

/** A script that leads a database through what a crash may interrupt. */
enum CrashScenario {
  /** Puts, deletes and batches over two keyspaces: rotations, flushes, compactions. */
  LEVELS(4 << 10, CrashScenario::levels),
  /** Opened and closed again and again, also by a crash. */
  REOPENING(4 << 10, CrashScenario::reopening),
  /** Keyspaces come and go; batches that need a log segment of their own; recycled segments. */
  KEYSPACES(4 << 10, CrashScenario::keyspaces),
  /** Compactions by hand, of all and of ranges, with snapshots open across flushes. */
  COMPACTION(4 << 10, CrashScenario::compaction),
  /** Writes that wait for the disk among such that don't. */
  DURABILITIES(8 << 10, CrashScenario::durabilities),
  /** The process dies again and again, often before what it found in the log is in tables. */
  DYING(4 << 10, CrashScenario::dying);

  private static final String FIRST = Database.DEFAULT_KEYSPACE;
  private static final String SECOND = "second";

  private final int memtableBytes;
  private final Consumer<CrashRun> script;

  CrashScenario(int memtableBytes, Consumer<CrashRun> script) {
    this.memtableBytes = memtableBytes;
    this.script = script;
  }

  int memtableBytes() {
    return memtableBytes;
  }

  void play(CrashRun run) {
    script.accept(run);
  }

  private static void levels(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int i = 0; i < 70; i++) {
      switch (run.draw(4)) {
        case 0 -> run.write(rarelySync(run), 1 + run.draw(8), 300, FIRST, SECOND);
        case 1 -> run.put(rarelySync(run), 900, SECOND);
        default -> run.put(rarelySync(run), 700, FIRST);
      }
      run.work();
    }
    run.workAll();
    run.close();
  }

  private static void reopening(CrashRun run) {
    run.open();
    run.create(SECOND);
    // Nothing is flushed while nothing works: the log is all there is.
    for (int i = 0; i < 14; i++) {
      run.write(OS, 1 + run.draw(4), 500, FIRST, SECOND);
    }
    for (int life = 0; life < 6; life++) {
      for (int i = 0; i < 8; i++) {
        run.write(rarelySync(run), 1 + run.draw(4), 700, FIRST, SECOND);
        run.work();
      }
      if (life % 2 == 0) {
        run.close();
      } else {
        CrashMode mode = CrashMode.values()[run.draw(CrashMode.values().length)];
        run.crash(new CrashPlan(mode, run.draw(1 << 30)));
      }
      run.open();
    }
    run.close();
  }

  private static void dying(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int life = 0; life < 14; life++) {
      for (int i = run.draw(7); i > 0; i--) {
        run.write(rarelySync(run), 1 + run.draw(4), 600, FIRST, SECOND);
        if (run.draw(3) == 0) {
          run.work();
        }
      }
      if (life == 9) {
        run.crash(new CrashPlan(CrashMode.HOLES, run.draw(1 << 30)));
      } else {
        run.die();
      }
      run.open();
    }
    run.put(SYNC, 300, FIRST);
    run.close();
  }

  private static void keyspaces(CrashRun run) {
    run.open();
    for (int round = 0; round < 3; round++) {
      String other = "other" + round % 2;
      run.create(SECOND);
      run.create(other);
      for (int i = 0; i < 8; i++) {
        run.write(rarelySync(run), 1 + run.draw(5), 500, FIRST, SECOND, other);
        run.work();
      }
      run.write(round == 1 ? SYNC : OS, 30, 900, FIRST, other);
      run.work();
      run.drop(other);
      run.write(OS, 6, 500, FIRST, SECOND);
      run.work();
      run.drop(SECOND);
      run.put(rarelySync(run), 300, FIRST);
    }
    run.workAll();
    run.close();
  }

  private static void compaction(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int round = 0; round < 3; round++) {
      run.snapshot();
      for (int i = 0; i < 9; i++) {
        run.write(rarelySync(run), 1 + run.draw(4), 500, FIRST, SECOND);
        run.work();
      }
      run.snapshot();
      run.compactRange(round == 1 ? SECOND : FIRST);
      run.closeOldestSnapshot();
      run.put(OS, 800, FIRST);
      run.compact();
    }
    run.close();
  }

  private static void durabilities(CrashRun run) {
    run.open();
    run.create(SECOND);
    Deque<CrashRun.Async> waiting = new ArrayDeque<>();
    for (int i = 0; i < 70; i++) {
      switch (run.draw(6)) {
        case 0 -> run.put(SYNC, 400, FIRST);
        case 1, 2 -> run.write(OS, 3 + run.draw(6), 600, FIRST, SECOND);
        case 3 -> waiting.add(run.writeAsync(1 + run.draw(3), 400, FIRST, SECOND));
        case 4 -> run.sync();
        default -> run.put(OS, 700, SECOND);
      }
      if (i % 3 == 0) {
        run.work();
      }
      if (waiting.size() > 3) {
        run.await(waiting.remove());
      }
    }
    run.close();
  }

  private static Durability rarelySync(CrashRun run) {
    return run.draw(10) == 0 ? SYNC : OS;
  }
}
