package org.anvildb.proof;

import java.util.List;
import java.util.Random;
import org.anvildb.Anvil;
import org.anvildb.api.ByteSize;
import org.anvildb.api.Database;
import org.anvildb.api.DatabaseOptions;
import org.anvildb.api.KeyspaceStats;
import org.anvildb.schedule.InlineScheduler;
import org.anvildb.storage.sim.CrashMode;
import org.anvildb.storage.sim.CrashPlan;
import org.anvildb.storage.sim.FaultyStorage;
import org.anvildb.storage.sim.MemoryStorage;

/**
 * A database on a disk in memory, whose background work runs step by step, on the test's thread.
 */
final class SeedBench {
  static final DatabaseOptions SMALL =
      DatabaseOptions.builder().memtableBytes(ByteSize.ofKiB(4)).build();

  final MemoryStorage disk;
  final FaultyStorage storage;
  final InlineScheduler scheduler;
  final MisuseLanes lanes;
  final Database db;

  private SeedBench(MemoryStorage disk, DatabaseOptions options) {
    this.disk = disk;
    this.storage = new FaultyStorage(disk);
    this.scheduler = new InlineScheduler(new Random(7));
    this.lanes = new MisuseLanes(scheduler);
    this.db = Anvil.open(storage, lanes, new Random(7), options);
  }

  static SeedBench create(DatabaseOptions options) {
    return new SeedBench(new MemoryStorage(), options);
  }

  /** Opens what is on a disk. */
  static SeedBench open(MemoryStorage disk, DatabaseOptions options) {
    return new SeedBench(disk, options);
  }

  /** Closes the database and opens it again. */
  SeedBench reopened(DatabaseOptions options) {
    db.close();
    return new SeedBench(disk, options);
  }

  /** Ends as a killed process does, and opens what it left. */
  SeedBench killed(DatabaseOptions options) {
    return new SeedBench(disk.crash(new CrashPlan(CrashMode.EVERYTHING, 1)), options);
  }

  /** Lets all background work be done, delayed work of the next minute included. */
  void settle() {
    scheduler.runAll();
    scheduler.advance(60_000_000_000L);
    scheduler.runAll();
  }

  /** Returns the files of the disk whose names end with a text. */
  List<String> files(String ending) {
    return disk.list().stream().filter(name -> name.endsWith(ending)).toList();
  }

  /** Returns the levels of the default keyspace. */
  List<KeyspaceStats.Level> levels() {
    return db.stats().keyspaces().getFirst().levels();
  }

  /** Returns the number of tables of the default keyspace. */
  int tables() {
    return levels().stream().mapToInt(KeyspaceStats.Level::tables).sum();
  }
}
