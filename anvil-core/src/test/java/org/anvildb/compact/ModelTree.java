package org.anvildb.compact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.anvildb.api.KeyspaceOptions;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;
import org.anvildb.version.Version;
import org.anvildb.version.VersionEdit;

/**
 * A tree whose tables are maps in memory, on which plans are carried out for real: values that are
 * lost, come back or hide newer ones show at once. A value is a number, a tombstone is 0.
 */
final class ModelTree {
  static final long ENTRY_BYTES = 1024;

  private final Map<Long, NavigableMap<String, Integer>> tables = new HashMap<>();
  private final NavigableMap<String, Integer> truth = new TreeMap<>();
  private final long memtableBytes;
  private final String what;
  private Version version;
  private Running running = Running.none();
  private long nextNumber = 1;
  private long flushedEntries;
  private long mergedEntries;
  private int moves;

  ModelTree(long memtableBytes, int ratio, String what) {
    this.memtableBytes = memtableBytes;
    this.what = what;
    this.version =
        Version.initial(new UUID(0, 0), 0, KeyspaceOptions.defaults().withLevelRatio(ratio));
  }

  static String key(int number) {
    return String.format("%08d", number);
  }

  Version version() {
    return version;
  }

  KeyspaceVersion keyspace() {
    return version.keyspaces().getFirst();
  }

  Levels levels() {
    return keyspace().levels();
  }

  Running running() {
    return running;
  }

  long nextNumber() {
    return nextNumber;
  }

  int liveEntries() {
    return truth.size();
  }

  int moves() {
    return moves;
  }

  /** Returns how often an entry was written, the flush included. */
  double writeAmplification() {
    return (double) (flushedEntries + mergedEntries) / Math.max(1, flushedEntries);
  }

  /** Makes tables of level 0, cut as the engine cuts them; a value of 0 deletes. */
  void flush(NavigableMap<String, Integer> memtable) {
    for (var entry : memtable.entrySet()) {
      if (entry.getValue() == 0) {
        truth.remove(entry.getKey());
      } else {
        truth.put(entry.getKey(), entry.getValue());
      }
    }
    flushedEntries += memtable.size();
    FlushCuts cuts = FlushCuts.of(keyspace(), memtableBytes);
    List<VersionEdit> edits = new ArrayList<>();
    for (TableMeta table : tables(memtable, new OutputSplitter(cuts, Long.MAX_VALUE))) {
      edits.add(new VersionEdit.AddTable(0, 0, table));
    }
    apply(edits);
  }

  /** Lets pending plans run to their end in any order, with up to some at once. */
  void settle(Random random, int workers, boolean isIdle) {
    for (int steps = 0; ; steps++) {
      assertThat(steps).as("%s: does not come to an end", what).isLessThan(100_000);
      if (!begin(workers, isIdle)) {
        if (running.count() == 0) {
          return;
        }
        finish(random);
      } else if (random.nextBoolean()) {
        finish(random);
      }
    }
  }

  /** Begins the next plan; false if there is none, or no free worker. */
  boolean begin(int workers, boolean isIdle) {
    if (running.count() >= workers) {
      return false;
    }
    CompactionPlan plan = LeveledPicker.pick(version, running, memtableBytes);
    if (isIdle && plan instanceof CompactionPlan.None) {
      plan = LeveledPicker.pickSettling(version, running, memtableBytes);
    }
    return begin(plan);
  }

  boolean begin(CompactionPlan plan) {
    if (plan instanceof CompactionPlan.None) {
      return false;
    }
    assertThat(running.plans()).as(what).doesNotContain(plan);
    running = running.with(plan);
    return true;
  }

  void finish(Random random) {
    CompactionPlan plan = running.plans().get(random.nextInt(running.count()));
    switch (plan) {
      case CompactionPlan.None none -> throw new AssertionError(what);
      case CompactionPlan.Move move -> {
        moves++;
        apply(move.edits());
      }
      case CompactionPlan.Drop drop -> {
        apply(drop.edits());
        tables.remove(drop.table().number());
      }
      case CompactionPlan.Merge merge -> apply(merge.edits(merge(merge)));
    }
    running = running.without(plan);
  }

  void checkReads() {
    NavigableMap<String, Integer> seen = new TreeMap<>();
    for (int level = Levels.LAST; level >= 0; level--) {
      List<TableMeta> metas = levels().tables(level);
      for (int i = metas.size() - 1; i >= 0; i--) {
        seen.putAll(tables.get(metas.get(i).number()));
      }
    }
    seen.values().removeIf(value -> value == 0);
    assertThat(seen).as(what).isEqualTo(truth);
  }

  private void apply(List<VersionEdit> edits) {
    version = version.apply(edits);
  }

  private List<TableMeta> merge(CompactionPlan.Merge merge) {
    NavigableMap<String, Integer> merged = new TreeMap<>();
    for (LevelTables level : merge.inputs().reversed()) {
      for (TableMeta table : level.tables().reversed()) {
        merged.putAll(tables.get(table.number()));
      }
    }
    TombstoneElision elision = new TombstoneElision(merge);
    merged.entrySet().removeIf(entry -> isDropped(entry.getKey(), entry.getValue(), elision));
    mergedEntries += merged.size();
    return tables(merged, new OutputSplitter(merge));
  }

  private static boolean isDropped(String text, int value, TombstoneElision elision) {
    byte[] key = text.getBytes(UTF_8);
    return value == 0 && elision.mayDrop(key, key.length);
  }

  private List<TableMeta> tables(NavigableMap<String, Integer> entries, OutputSplitter splitter) {
    List<TableMeta> outputs = new ArrayList<>();
    NavigableMap<String, Integer> open = new TreeMap<>();
    for (var entry : entries.entrySet()) {
      byte[] key = entry.getKey().getBytes(UTF_8);
      if (splitter.cutsBefore(key, key.length, open.size() * ENTRY_BYTES)) {
        outputs.add(table(open));
        open = new TreeMap<>();
      }
      open.put(entry.getKey(), entry.getValue());
    }
    if (!open.isEmpty()) {
      outputs.add(table(open));
    }
    return outputs;
  }

  private TableMeta table(NavigableMap<String, Integer> entries) {
    long number = nextNumber++;
    tables.put(number, entries);
    return new TableMeta(
        number,
        entries.size() * ENTRY_BYTES,
        entries.size(),
        entries.values().stream().filter(value -> value == 0).count(),
        entries.firstKey().getBytes(UTF_8),
        entries.lastKey().getBytes(UTF_8),
        0,
        0);
  }
}
