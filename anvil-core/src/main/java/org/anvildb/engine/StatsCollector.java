package org.anvildb.engine;

import java.util.ArrayList;
import java.util.List;
import org.anvildb.api.KeyspaceStats;
import org.anvildb.api.Stats;
import org.anvildb.table.BlockCache;
import org.anvildb.table.TableMeta;
import org.anvildb.version.KeyspaceVersion;
import org.anvildb.version.Levels;

/** Gathers the figures that the parts count. Thread-safe. */
final class StatsCollector {
  private final Parts parts;
  private final long openedNanos;

  StatsCollector(Parts parts) {
    this.parts = parts;
    this.openedNanos = parts.scheduler().nanoTime();
  }

  Stats collect() {
    parts.health().checkOpen();
    BlockCache cache = parts.cache();
    return new Stats(
        parts.options(),
        parts.health().get(),
        parts.scheduler().nanoTime() - openedNanos,
        parts.committer().sequence(),
        parts.log().durableSequence(),
        parts.committer().stats(parts.log().syncs()),
        memory(),
        new Stats.Cache(
            parts.options().blockCacheBytes().bytes(),
            cache.usedBytes(),
            cache.hits(),
            cache.misses()),
        parts.compactor().stats(parts.flusher()),
        parts.garbage().stats(),
        keyspaces());
  }

  private Stats.Memory memory() {
    ReadState state = parts.states().current();
    long frozenBytes = 0;
    long entries = state.active().memtable().entries();
    for (MemtableSlot slot : state.frozen()) {
      frozenBytes += slot.memtable().limit();
      entries += slot.memtable().entries();
    }
    return new Stats.Memory(
        state.active().memtable().limit(),
        state.frozen().length,
        frozenBytes,
        entries,
        parts.log().spareSegments() + state.frozen().length + 1,
        parts.log().spareBytes() + parts.committer().segmentBytes(),
        parts.snapshots().count(),
        parts.pins().openCursors());
  }

  private List<KeyspaceStats> keyspaces() {
    List<KeyspaceStats> all = new ArrayList<>();
    for (KeyspaceVersion keyspace : parts.catalog().current().keyspaces()) {
      Levels levels = keyspace.levels();
      List<KeyspaceStats.Level> figures = new ArrayList<>();
      for (int level = 0; level <= levels.lastUsed(); level++) {
        long tombstones = levels.tables(level).stream().mapToLong(TableMeta::tombstones).sum();
        figures.add(
            new KeyspaceStats.Level(
                level, levels.size(level), levels.bytes(level), levels.entries(level), tombstones));
      }
      all.add(new KeyspaceStats(keyspace.name(), keyspace.options(), figures));
    }
    return all;
  }
}
