package org.anvildb.compact;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.anvildb.table.Table;
import org.anvildb.table.TableMeta;
import org.anvildb.table.TableOptions;
import org.anvildb.version.Levels;

/**
 * What a compaction merges, and into what; or one of its parts, which share all but the range of
 * keys. Used once: the rule and the splitter move along with the keys.
 *
 * @param part the keys
 * @param runs the inputs, newest first. A run is tables of one level in key order whose ranges are
 *     disjoint. The tables stay the caller's, who keeps them open
 * @param options how the outputs are written
 * @param snapshots the sequence numbers of the open snapshots, in ascending order
 * @param rule tells which tombstones have nothing to hide below the inputs
 * @param splitter tells where an output ends
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; the numbers are not boxed
public record CompactionTask(
    KeyPart part,
    List<List<Table>> runs,
    TableOptions options,
    long[] snapshots,
    TombstoneRule rule,
    OutputSplitter splitter) {
  /** Makes a task of all keys. */
  CompactionTask(
      List<List<Table>> runs,
      TableOptions options,
      long[] snapshots,
      TombstoneRule rule,
      OutputSplitter splitter) {
    this(KeyPart.ALL, runs, options, snapshots, rule, splitter);
  }

  /**
   * Makes the tasks of a plan, in key order.
   *
   * @param plan what a picker decided
   * @param count how many are wanted; there may be fewer, but one at least
   * @param tables returns the open table that a plan names
   * @param options how the outputs are written
   * @param snapshots the sequence numbers of the open snapshots, in ascending order
   */
  public static List<CompactionTask> of(
      CompactionPlan.Merge plan,
      int count,
      Function<TableMeta, Table> tables,
      TableOptions options,
      long[] snapshots) {
    List<List<Table>> runs = new ArrayList<>();
    for (LevelTables level : plan.inputs()) {
      List<TableMeta> all = level.tables();
      for (List<TableMeta> run : level.level() == 0 ? Levels.runs(all) : List.of(all)) {
        runs.add(run.stream().map(tables).toList());
      }
    }
    List<CompactionTask> tasks = new ArrayList<>();
    for (KeyPart part : MergeCuts.parts(plan, count)) {
      TombstoneElision elision = new TombstoneElision(plan);
      tasks.add(
          new CompactionTask(
              part, runs, options, snapshots, elision::mayDrop, new OutputSplitter(plan)));
    }
    return tasks;
  }
}
