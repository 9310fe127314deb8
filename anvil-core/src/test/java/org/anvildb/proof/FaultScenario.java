package org.anvildb.proof;

import static org.anvildb.api.Durability.OS;
import static org.anvildb.api.Durability.SYNC;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.anvildb.api.Database;

/** A script during which the storage fails, and what is done before it begins to. */
enum FaultScenario {
  /** A whole life: created, filled, compacted, a keyspace dropped, closed, opened again. */
  LIFE(_ -> {}, FaultScenario::life),
  /** Opened on what a process left that died, read only first; the process dies again. */
  RECOVERING(FaultScenario::leaveALog, FaultScenario::recovering),
  /** Keyspaces come and go while what they hold waits for its flush. */
  KEYSPACES(FaultScenario::leaveTables, FaultScenario::keyspaces),
  /** Snapshots and cursors are held, tables read and verified, while merges run. */
  READING(FaultScenario::leaveTables, FaultScenario::reading),
  /** Writes that nobody waits for yet, syncs, and time that passes. */
  ASYNC(FaultScenario::leaveALog, FaultScenario::async),
  /** Entries come at one end and go at the other, in two keyspaces. */
  QUEUES(FaultScenario::leaveTables, FaultScenario::queues),
  /** Batches much larger than a memtable, each with a log segment of its own. */
  LARGE(FaultScenario::leaveALog, FaultScenario::large);

  private static final String FIRST = Database.DEFAULT_KEYSPACE;
  private static final String SECOND = "second";

  private final Consumer<CrashRun> preparation;
  private final Consumer<FaultRun> script;

  FaultScenario(Consumer<CrashRun> preparation, Consumer<FaultRun> script) {
    this.preparation = preparation;
    this.script = script;
  }

  void prepare(CrashRun run) {
    preparation.accept(run);
  }

  void play(FaultRun faults) {
    script.accept(faults);
  }

  /** Leaves a log over several segments, of which nothing is in tables. */
  private static void leaveALog(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int i = 0; i < 5; i++) {
      run.write(i == 2 ? SYNC : OS, 3, 500, FIRST, SECOND);
    }
    run.die();
  }

  /** Leaves tables in several levels. */
  private static void leaveTables(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int i = 0; i < 16; i++) {
      run.write(OS, 5, 500, FIRST, SECOND);
      if (i % 4 == 3) {
        run.workAll();
      }
    }
    run.close();
  }

  private static void life(FaultRun faults) {
    CrashRun run = faults.run();
    faults.opened();
    faults.step(() -> run.create(SECOND));
    for (int i = 0; i < 24; i++) {
      int drawn = run.draw(8);
      faults.step(() -> run.write(drawn == 0 ? SYNC : OS, 1 + drawn, 500, FIRST, SECOND));
      faults.step(run::work);
    }
    faults.step(() -> run.write(SYNC, 20, 900, FIRST, SECOND));
    faults.step(run::compact);
    faults.step(() -> run.drop(SECOND));
    faults.closed();
    faults.opened();
    faults.step(() -> run.put(OS, 900, FIRST));
    faults.step(run::sync);
    faults.step(run::workAll);
    faults.closed();
  }

  private static void recovering(FaultRun faults) {
    CrashRun run = faults.run();
    faults.attempt(run::lookOnly);
    faults.opened();
    faults.step(run::check);
    faults.step(() -> run.write(OS, 3, 600, FIRST, SECOND));
    faults.step(run::work);
    faults.died();
    faults.opened();
    faults.step(() -> run.write(OS, 4, 600, FIRST, SECOND));
    faults.step(run::workAll);
    faults.step(() -> run.put(SYNC, 300, SECOND));
    faults.step(run::verify);
    faults.closed();
    faults.attempt(run::lookOnly);
  }

  private static void keyspaces(FaultRun faults) {
    CrashRun run = faults.run();
    faults.opened();
    for (int round = 0; round < 3; round++) {
      String other = "other" + round;
      faults.step(() -> run.create(other));
      for (int i = 0; i < 3; i++) {
        faults.step(() -> run.write(OS, 4, 600, FIRST, SECOND, other));
      }
      faults.step(() -> run.drop(other));
      faults.step(run::work);
      faults.step(() -> run.write(OS, 2, 600, FIRST, SECOND));
    }
    faults.step(() -> run.drop(SECOND));
    faults.step(() -> run.create(SECOND));
    faults.step(() -> run.write(SYNC, 9, 600, FIRST, SECOND));
    faults.step(run::workAll);
    faults.closed();
  }

  private static void reading(FaultRun faults) {
    CrashRun run = faults.run();
    faults.opened();
    for (int round = 0; round < 3; round++) {
      String held = round == 0 ? SECOND : FIRST;
      faults.step(() -> run.hold(held));
      for (int i = 0; i < 5; i++) {
        faults.step(() -> run.overwrite(OS, 900, FIRST, 4));
        faults.step(run::work);
      }
      faults.step(run::checkHeld);
      faults.step(() -> run.compactRange(held));
      faults.step(run::verify);
    }
    faults.step(run::compact);
    faults.step(run::checkHeld);
    faults.closed();
  }

  private static void async(FaultRun faults) {
    CrashRun run = faults.run();
    faults.opened();
    Deque<CrashRun.Async> waiting = new ArrayDeque<>();
    for (int i = 0; i < 20; i++) {
      if (run.draw(3) == 0) {
        faults.step(() -> run.write(OS, 3, 500, FIRST, SECOND));
      } else {
        faults.step(() -> waiting.add(run.writeAsync(2, 500, FIRST, SECOND)));
      }
      faults.step(run::work);
      if (i % 5 == 4) {
        faults.step(run::sync);
        waiting.forEach(one -> faults.step(() -> run.await(one)));
        waiting.clear();
      }
    }
    faults.closed();
  }

  private static void queues(FaultRun faults) {
    CrashRun run = faults.run();
    faults.opened();
    for (int i = 0; i < 40; i++) {
      String name = i % 3 == 0 ? SECOND : FIRST;
      if (i / 10 % 2 == 0) {
        faults.step(() -> run.push(OS, 700, name));
      } else {
        faults.step(() -> run.pop(OS, name));
      }
      faults.step(run::work);
    }
    faults.step(run::sync);
    faults.step(run::workAll);
    faults.closed();
  }

  private static void large(FaultRun faults) {
    CrashRun run = faults.run();
    faults.opened();
    for (int i = 0; i < 6; i++) {
      faults.step(() -> run.write(OS, 40, 700, FIRST, SECOND));
      faults.step(run::work);
      faults.step(() -> run.put(SYNC, 300, FIRST));
    }
    faults.died();
    faults.opened();
    faults.step(() -> run.write(SYNC, 40, 700, FIRST, SECOND));
    faults.step(run::workAll);
    faults.closed();
  }
}
