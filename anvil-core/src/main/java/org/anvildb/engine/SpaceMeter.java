package org.anvildb.engine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.anvildb.api.AnvilException;
import org.anvildb.bytes.KeyHash;
import org.anvildb.compact.CompactionPlan;
import org.anvildb.compact.FlushedTable;
import org.anvildb.compact.LevelTables;
import org.anvildb.compact.Running;
import org.anvildb.compact.SpaceUse;
import org.anvildb.cursor.FoundEntry;
import org.anvildb.memtable.Memtable;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;
import org.anvildb.version.Version;
import org.anvildb.wal.SegmentPool;
import org.jspecify.annotations.Nullable;

/**
 * Estimates how much of the tables is garbage, and adds up what else is on disk. Thread-safe.
 *
 * <p>Before a memtable is flushed, a few hundred of its keys are looked up in the tables: the share
 * that is found there is the share of the new table that makes as much garbage below it. That is
 * noted for each table until it is merged. Deletes are left out, since the space that they give
 * back is never waited for. After an opening nothing is known, and garbage counts as live until it
 * is merged.
 */
final class SpaceMeter {
  private static final int SAMPLES = 256;

  private final ReadStates states;
  private final Garbage garbage;
  private final SegmentPool pool;
  private final long hashSeed;
  private final Map<Long, Long> garbageOfTables = new ConcurrentHashMap<>();
  private volatile double overwrittenShare;

  SpaceMeter(ReadStates states, Garbage garbage, SegmentPool pool, long hashSeed) {
    this.states = states;
    this.garbage = garbage;
    this.pool = pool;
    this.hashSeed = hashSeed;
  }

  /** Returns the share of the last flush that overwrote something. */
  double overwrittenShare() {
    return overwrittenShare;
  }

  /**
   * Estimates, for each keyspace, which share of a frozen memtable overwrites what is in tables. To
   * be called when all older memtables are in tables and it is not.
   */
  Map<Integer, Double> overwrites(Memtable memtable) {
    Sample sample = new Sample();
    ReadState state = states.retained();
    try {
      memtable.sample(
          SAMPLES,
          (keyspace, key, length, isTombstone) ->
              sample.add(keyspace, isTombstone, find(state.keyspace(keyspace), key, length)));
    } finally {
      state.release();
    }
    return sample.shares();
  }

  /** Notes what tables that were just flushed overwrite. */
  void note(Iterable<FlushedTable> flushed, Map<Integer, Double> overwrites) {
    double all = 0;
    double found = 0;
    for (FlushedTable table : flushed) {
      long bytes = table.meta().fileBytes();
      long overwritten = (long) (bytes * overwrites.getOrDefault(table.keyspace(), 0.0));
      garbageOfTables.put(table.meta().number(), overwritten);
      all += bytes;
      found += overwritten;
    }
    if (all > 0) {
      overwrittenShare = found / all;
    }
  }

  /** Returns the size that memtables have at present. */
  long memtableBytes() {
    return pool.limitBytes();
  }

  /** Adds up what is on disk. */
  SpaceUse use(Version version, Running running) {
    long tables = 0;
    long hidden = 0;
    for (KeyspaceVersion keyspace : version.keyspaces()) {
      Levels levels = keyspace.levels();
      tables += levels.totalBytes();
      for (int level = 0; level < Levels.LAST; level++) {
        hidden += hidden(levels.tables(level));
      }
    }
    MemtableSlot[] frozen = states.current().frozen();
    long log = pool.totalBytes() + (frozen.length > 0 ? memtableBytes() : 0);
    for (MemtableSlot slot : frozen) {
      log += slot.segment() == null ? slot.logBytes() : 0;
    }
    return new SpaceUse(tables, hidden, garbage.retiredBytes(), merging(running), log);
  }

  /** Forgets the tables that a version does not have above its last level. */
  void retain(Version version) {
    Set<Long> alive =
        version.keyspaces().stream()
            .map(KeyspaceVersion::levels)
            .flatMap(levels -> IntStream.range(0, Levels.LAST).mapToObj(levels::tables))
            .flatMap(List::stream)
            .map(TableMeta::number)
            .collect(Collectors.toSet());
    garbageOfTables.keySet().retainAll(alive);
  }

  private long merging(Running running) {
    long bytes = 0;
    for (CompactionPlan plan : running.plans()) {
      if (plan instanceof CompactionPlan.Merge merge) {
        for (LevelTables level : merge.inputs()) {
          bytes += level.bytes() - hidden(level.tables());
        }
      }
    }
    return bytes;
  }

  private long hidden(Iterable<TableMeta> metas) {
    long bytes = 0;
    for (TableMeta table : metas) {
      bytes += garbageOfTables.getOrDefault(table.number(), 0L);
    }
    return bytes;
  }

  private boolean find(@Nullable KeyspaceView view, byte[] key, int length) {
    FoundEntry found = new FoundEntry();
    try {
      return view != null
          && view.find(key, length, KeyHash.hash(key, length, hashSeed), ReadState.LATEST, found)
          && !found.tombstone();
    } catch (AnvilException | IllegalStateException | InternalError e) {
      // Damage is for those to tell who need the entry, and so is a closing; an estimate does
      // without.
      return false;
    }
  }

  /** What was found of some keys, by keyspace. */
  private static final class Sample {
    private final Map<Integer, int[]> counts = new HashMap<>();

    void add(int keyspace, boolean isTombstone, boolean isFound) {
      int[] count = counts.computeIfAbsent(keyspace, id -> new int[2]);
      count[0]++;
      count[1] += isFound && !isTombstone ? 1 : 0;
    }

    Map<Integer, Double> shares() {
      Map<Integer, Double> shares = new HashMap<>();
      counts.forEach((id, count) -> shares.put(id, (double) count[1] / count[0]));
      return shares;
    }
  }
}
