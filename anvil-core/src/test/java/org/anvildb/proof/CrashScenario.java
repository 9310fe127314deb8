package org.anvildb.proof;

import static org.anvildb.api.Durability.OS;
import static org.anvildb.api.Durability.SYNC;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.Durability;
import org.anvildb.api.FilterPolicy;
import org.anvildb.api.KeyspaceOptions;
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
  DYING(4 << 10, CrashScenario::dying),
  /** Keyspaces dropped, and created again, while the flush of what they hold waits. */
  DROPPING(4 << 10, CrashScenario::dropping),
  /** Entries come at one end and go at the other, in two keyspaces. */
  QUEUES(4 << 10, CrashScenario::queues),
  /** Snapshots and cursors are held while what they read is flushed, merged, dropped. */
  HOLDING(4 << 10, CrashScenario::holding),
  /** Batches much larger than a memtable, each over a segment of its own, among small ones. */
  LARGE(4 << 10, CrashScenario::large),
  /** Options at their limits: one entry a block, one byte of cache, one frozen memtable. */
  ABSURD(absurd(), CrashScenario::absurdOptions),
  /** A few entries written over and over, so that merges run and drop most of what they read. */
  OVERWRITING(4 << 10, CrashScenario::overwriting),
  /** Many keyspaces of an entry or two each. */
  TINY(4 << 10, CrashScenario::tiny),
  /** Whatever the seed draws. */
  RANDOM(4 << 10, CrashScenario::random);

  private static final String FIRST = Database.DEFAULT_KEYSPACE;
  private static final String SECOND = "second";

  private final DatabaseOptions options;
  private final Consumer<CrashRun> script;

  CrashScenario(int memtableBytes, Consumer<CrashRun> script) {
    this(CrashRun.options(memtableBytes), script);
  }

  CrashScenario(DatabaseOptions options, Consumer<CrashRun> script) {
    this.options = options;
    this.script = script;
  }

  DatabaseOptions options() {
    return options;
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

  private static void dropping(CrashRun run) {
    run.open();
    for (int round = 0; round < 3; round++) {
      run.create(SECOND);
      // Nothing works meanwhile, but for what makes room: memtables wait with what is dropped.
      for (int i = 0; i < 5; i++) {
        run.write(rarelySync(run), 2 + run.draw(3), 500, FIRST, SECOND);
      }
      run.drop(SECOND);
      run.write(OS, 2, 400, FIRST);
      run.create(SECOND);
      run.put(rarelySync(run), 600, SECOND);
      run.work();
      if (round == 1) {
        run.die();
        run.open();
      }
      run.drop(SECOND);
      run.put(OS, 500, FIRST);
      run.work();
    }
    run.close();
  }

  private static void queues(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int i = 0; i < 66; i++) {
      boolean isGrowing = i / 16 % 2 == 0;
      String name = run.draw(3) == 0 ? SECOND : FIRST;
      if (run.draw(4) == 0 != isGrowing) {
        run.push(rarelySync(run), 500, name);
      } else {
        run.pop(rarelySync(run), name);
      }
      if (i % 2 == 0) {
        run.work();
      }
    }
    while (run.draw(12) > 0) {
      run.pop(OS, FIRST);
    }
    run.compact();
    run.close();
  }

  private static void holding(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 6; i++) {
        run.write(rarelySync(run), 1 + run.draw(4), 500, FIRST, SECOND);
        run.work();
      }
      String held = round == 0 ? SECOND : FIRST;
      run.overwrite(OS, 300, held, 1);
      run.hold(held);
      run.overwrite(OS, 300, held, 1);
      run.put(OS, 900, FIRST);
      run.checkHeld();
      if (round == 1) {
        run.drop(SECOND);
        run.create(SECOND);
      }
      if (round > 0) {
        run.compact();
      }
      run.workAll();
      run.checkHeld();
    }
    run.letGo();
    run.die();
    run.open();
    run.hold(FIRST);
    run.write(SYNC, 4, 600, FIRST, SECOND);
    run.checkHeld();
    run.close();
  }

  private static void large(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int i = 0; i < 6; i++) {
      run.write(i % 3 == 2 ? SYNC : OS, 40 + run.draw(30), 700, FIRST, SECOND);
      run.work();
      run.put(rarelySync(run), 400, FIRST);
      run.put(OS, 400, SECOND);
    }
    run.die();
    run.open();
    run.write(OS, 60, 700, FIRST, SECOND);
    run.close();
  }

  private static DatabaseOptions absurd() {
    return CrashRun.options(4 << 10).toBuilder()
        .frozenMemtables(1)
        .blockCacheBytes(ByteSize.ofBytes(1))
        .backgroundThreads(64)
        .durability(OS)
        .keyspaceDefaults(new KeyspaceOptions("LZ4", FilterPolicy.BLOOM, 64, 2))
        .build();
  }

  private static void absurdOptions(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int i = 0; i < 36; i++) {
      run.write(rarelySync(run), 1 + run.draw(5), 300, FIRST, SECOND);
      run.work();
    }
    run.compactRange(FIRST);
    run.close();
    run.open();
    run.put(OS, 300, FIRST);
    run.close();
  }

  private static void overwriting(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int i = 0; i < 60; i++) {
      run.overwrite(rarelySync(run), 900, i % 5 == 0 ? SECOND : FIRST, 5);
      run.work();
      if (i % 20 == 19) {
        run.workAll();
      }
    }
    run.close();
  }

  private static void tiny(CrashRun run) {
    run.open();
    for (int i = 0; i < 9; i++) {
      run.create("tiny" + i);
      run.put(rarelySync(run), 300, "tiny" + i);
    }
    run.work();
    for (int i = 0; i < 8; i++) {
      run.write(OS, 9, 200, "tiny" + i, "tiny" + (i + 1), "tiny8", FIRST);
      run.work();
      run.drop("tiny" + i);
    }
    run.close();
  }

  private static void random(CrashRun run) {
    run.open();
    run.create(SECOND);
    for (int i = 0; i < 60; i++) {
      switch (run.draw(16)) {
        case 0 -> run.compactRange(FIRST);
        case 1 -> run.sync();
        case 2 -> run.write(OS, 20, 600, FIRST, SECOND);
        case 3, 4 -> run.push(rarelySync(run), 400, SECOND);
        case 5, 6 -> run.pop(rarelySync(run), SECOND);
        case 7 -> run.await(run.writeAsync(2, 400, FIRST, SECOND));
        case 8 -> run.hold(SECOND);
        case 9 -> run.checkHeld();
        case 10 -> {
          run.drop(SECOND);
          run.create(SECOND);
        }
        case 11 -> {
          run.close();
          run.open();
        }
        case 12 -> {
          run.die();
          run.open();
        }
        default -> run.write(rarelySync(run), 1 + run.draw(5), 600, FIRST, SECOND);
      }
      run.work();
    }
    run.close();
  }

  private static Durability rarelySync(CrashRun run) {
    return run.draw(10) == 0 ? SYNC : OS;
  }
}
