package org.anvildb.engine;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.anvildb.table.TableMeta;

/**
 * Which tables of level 0 came from which flush, as far as {@link RunFilter}s know. Thread-safe.
 *
 * <p>A table that came out of a merge within level 0 holds what several flushes wrote, and has the
 * bits of all of them. Nothing is known of tables that were there when the database was opened, nor
 * of those whose keyspace hashes no keys: gets look into them. At most {@value
 * RunMasks#MAX_FILTERS} filters take room, however long the tables of older ones stay in level 0.
 */
final class RunFilters {
  /** What is known of a table: its bits in each filter that has any. */
  private final Map<Long, Map<RunFilter, Integer>> tables = new HashMap<>();

  /** The filters that tell anything, the newest last: as many as a view looks at. */
  @GuardedBy("this")
  private final ArrayDeque<RunFilter> live = new ArrayDeque<>();

  /** A flush that is being written. Used by its thread alone. */
  final class Flush {
    private final RunFilter filter;
    private final int bit;

    private Flush(RunFilter filter) {
      this.filter = filter;
      this.bit = filter.begin();
    }

    /** Notes the hash of a key that the flush holds. */
    void add(long hash) {
      filter.add(hash, bit);
    }

    /** Notes a table that holds what was added, and no other keys. */
    void wrote(TableMeta table) {
      synchronized (RunFilters.this) {
        tables.put(table.number(), Map.of(filter, bit));
      }
    }
  }

  /** Begins a flush of about so many keys. */
  synchronized Flush begin(long keys) {
    RunFilter newest = live.peekLast();
    if (newest == null || !newest.hasRoom(keys)) {
      newest = new RunFilter(keys);
      live.add(newest);
      if (live.size() > RunMasks.MAX_FILTERS) {
        live.remove().saturate();
      }
    }
    return new Flush(newest);
  }

  /** Notes that tables were merged; to be called before the outputs are shown. */
  synchronized void merged(List<TableMeta> inputs, List<TableMeta> outputs) {
    Map<RunFilter, Integer> all = new HashMap<>();
    for (TableMeta input : inputs) {
      Map<RunFilter, Integer> known = tables.get(input.number());
      if (known == null) {
        return;
      }
      known.forEach((filter, bits) -> all.merge(filter, bits, (a, b) -> a | b));
    }
    outputs.forEach(output -> tables.put(output.number(), all));
  }

  /** Forgets a table that left level 0. */
  synchronized void forget(TableMeta table) {
    tables.remove(table.number());
  }

  /** Returns what is known of runs of level 0. */
  synchronized RunMasks masks(List<List<TableMeta>> runs) {
    List<RunFilter> filters = new ArrayList<>();
    long[] masks = new long[runs.size()];
    for (int i = 0; i < masks.length; i++) {
      for (TableMeta table : runs.get(i)) {
        masks[i] |= mask(table, filters);
      }
    }
    return new RunMasks(filters.toArray(RunFilter[]::new), masks);
  }

  @GuardedBy("this")
  private long mask(TableMeta table, List<RunFilter> filters) {
    Map<RunFilter, Integer> known = tables.get(table.number());
    if (known == null) {
      return RunMasks.UNKNOWN;
    }
    long mask = 0;
    for (Map.Entry<RunFilter, Integer> entry : known.entrySet()) {
      int at = filters.indexOf(entry.getKey());
      if (at < 0 && filters.size() == RunMasks.MAX_FILTERS) {
        return RunMasks.UNKNOWN;
      }
      if (at < 0) {
        at = filters.size();
        filters.add(entry.getKey());
      }
      mask |= (long) entry.getValue() << at * RunFilter.FLUSHES;
    }
    return mask;
  }
}
