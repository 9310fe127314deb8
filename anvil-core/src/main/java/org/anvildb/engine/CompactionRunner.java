package org.anvildb.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import org.anvildb.compact.CompactionJob;
import org.anvildb.compact.CompactionPlan;
import org.anvildb.compact.CompactionResult;
import org.anvildb.compact.CompactionTask;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.VersionEdit;

/** Carries out plans: moves, drops and merges, up to the new version. Thread-safe. */
final class CompactionRunner {
  private final ReadStates states;
  private final Catalog catalog;
  private final TableFactory tables;
  private final SnapshotRegistry snapshots;
  private final BooleanSupplier cancelled;
  private final LongAdder merges = new LongAdder();
  private final LongAdder moves = new LongAdder();
  private final LongAdder bytesRead = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();

  CompactionRunner(
      ReadStates states,
      Catalog catalog,
      TableFactory tables,
      SnapshotRegistry snapshots,
      BooleanSupplier cancelled) {
    this.states = states;
    this.catalog = catalog;
    this.tables = tables;
    this.snapshots = snapshots;
    this.cancelled = cancelled;
  }

  /**
   * Begins a plan.
   *
   * @param threads how many threads the work may be shared among, if it can be
   */
  PlanWork begin(CompactionPlan plan, int threads) {
    return switch (plan) {
      case CompactionPlan.None _ -> PlanWork.of(() -> {});
      case CompactionPlan.Move move ->
          PlanWork.of(() -> {
            change(move.keyspace(), move.edits(), List.of());
            tables.openTables().filters().forget(move.table());
            moves.increment();
          });
      case CompactionPlan.Drop drop ->
          PlanWork.of(() -> change(drop.keyspace(), drop.edits(), List.of()));
      case CompactionPlan.Merge merge -> merge(merge, threads);
    };
  }

  long merges() {
    return merges.sum();
  }

  long moves() {
    return moves.sum();
  }

  long bytesRead() {
    return bytesRead.sum();
  }

  long bytesWritten() {
    return bytesWritten.sum();
  }

  private PlanWork merge(CompactionPlan.Merge merge, int threads) {
    List<CountedTable> inputs = new ArrayList<>();
    try {
      List<CompactionTask> tasks = tasks(merge, threads, inputs);
      if (tasks.isEmpty()) {
        return PlanWork.of(() -> {});
      }
      CompactionJob job = new CompactionJob(tables.files(), tasks, cancelled);
      job.check();
      return new PlanWork(job.parts(), job::run, () -> end(merge, job, inputs));
    } catch (Throwable e) {
      inputs.forEach(Counted::release);
      throw e;
    }
  }

  private void end(CompactionPlan.Merge merge, CompactionJob job, List<CountedTable> inputs) {
    try {
      job.finish().ifPresent(result -> install(merge, result));
    } finally {
      inputs.forEach(Counted::release);
    }
  }

  /** Retains the inputs; none if the keyspace was dropped, and they are gone or going. */
  private List<CompactionTask> tasks(
      CompactionPlan.Merge merge, int threads, List<CountedTable> inputs) {
    KeyspaceVersion keyspace = catalog.current().keyspace(merge.keyspace());
    // As long as this state is retained, so are the tables of all its keyspaces.
    ReadState state = states.retained();
    try {
      if (keyspace == null || state.keyspace(merge.keyspace()) == null) {
        return List.of();
      }
      return CompactionTask.of(
          merge,
          threads,
          meta -> retain(meta, inputs),
          tables.options(keyspace),
          snapshots.sequences());
    } finally {
      state.release();
    }
  }

  private Table retain(TableMeta meta, List<CountedTable> inputs) {
    CountedTable table = tables.openTables().retained(meta.number());
    inputs.add(table);
    return table.table();
  }

  private void install(CompactionPlan.Merge merge, CompactionResult result) {
    List<CountedTable> opened = new ArrayList<>();
    for (TableMeta meta : result.tables()) {
      opened.add(tables.open(meta));
    }
    if (merge.outputLevel() == 0) {
      tables.openTables().filters().merged(merge.inputTables(), result.tables());
    }
    change(merge.keyspace(), merge.edits(result.tables()), opened);
    merges.increment();
    bytesRead.add(result.bytesRead());
    bytesWritten.add(result.bytesWritten());
  }

  /** Makes the change, unless the keyspace was dropped meanwhile; then new tables go again. */
  private void change(int keyspace, List<VersionEdit> edits, List<CountedTable> opened) {
    var after =
        catalog.change(version -> version.keyspace(keyspace) == null ? null : edits, opened, null);
    if (after == null) {
      opened.forEach(Counted::release);
    }
  }
}
